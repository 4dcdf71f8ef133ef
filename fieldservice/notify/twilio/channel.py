"""The Twilio channel: texts and calls behind the one door that delivery knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fieldservice.config import TwilioSettings
from fieldservice.models.customers import Channel
from fieldservice.models.messages import AttemptOutcome
from fieldservice.notify.channel import Answer, Carried, Inquiry, Parcel
from fieldservice.notify.twilio.client import client_of
from fieldservice.notify.twilio.reconciliation import listed_since
from fieldservice.notify.twilio.sms import TwilioTexts
from fieldservice.notify.twilio.voice import TwilioCalls
from fieldservice.said import said

NO_SENDER = said("no sender is set up for this number: look at the preflight")


@dataclass(frozen=True, slots=True)
class TwilioChannel:
    """Hands each parcel to what carries its medium."""

    texts: TwilioTexts
    calls: TwilioCalls

    def hand_over(self, parcel: Parcel) -> Answer:
        """Ask Twilio once."""
        if not parcel.sender:
            return Answer(AttemptOutcome.REFUSED, error=NO_SENDER)
        return self._by(parcel.medium).hand_over(parcel)

    def look_up(self, inquiry: Inquiry) -> Answer:
        """Look for an earlier request in Twilio's list."""
        return self._by(inquiry.medium).look_up(inquiry)

    def handed_over_since(self, since: datetime) -> Iterator[Carried]:
        """All texts and calls the provider lists as ours since then, the newest first."""
        for medium in (Channel.SMS, Channel.CALL):
            yield from listed_since(self.texts.client, medium, since)

    def _by(self, medium: Channel) -> TwilioTexts | TwilioCalls:
        return self.calls if medium == Channel.CALL else self.texts


def twilio_channel(settings: TwilioSettings, base_url: str) -> TwilioChannel:
    """The channel of this installation's account."""
    client = client_of(settings)
    return TwilioChannel(TwilioTexts(client, base_url), TwilioCalls(client, base_url))
