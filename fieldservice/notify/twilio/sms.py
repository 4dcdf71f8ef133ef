"""Texts through Twilio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from twilio.rest import Client

from fieldservice.notify.channel import Answer, Inquiry, Parcel
from fieldservice.notify.twilio.addresses import receipt_address
from fieldservice.notify.twilio.outcomes import answer_to, taken
from fieldservice.notify.twilio.reconciliation import found_text

SHORTEST, LONGEST = timedelta(seconds=6), timedelta(hours=10)
"""Between these Twilio lets us say how long a text may wait in its queue."""
SERVICE = "MG"


@dataclass(frozen=True, slots=True)
class TwilioTexts:
    """One request a text; its receipts come to an address of the attempt's own."""

    client: Client
    base_url: str

    def hand_over(self, parcel: Parcel) -> Answer:
        """Ask Twilio once to send it."""
        is_service = parcel.sender.startswith(SERVICE)
        sender = {"messaging_service_sid" if is_service else "from_": parcel.sender}
        try:
            message = self.client.messages.create(
                to=parcel.to,
                body=parcel.body,
                status_callback=receipt_address(self.base_url, parcel.token),
                validity_period=_seconds(parcel.valid_for),
                **sender,
            )
        except Exception as error:
            return answer_to(error, parcel.medium)
        return taken(message.sid)

    def look_up(self, inquiry: Inquiry) -> Answer:
        """Look for it in Twilio's own list."""
        return found_text(self.client, inquiry)


def _seconds(valid_for: timedelta) -> int:
    return int(min(max(valid_for, SHORTEST), LONGEST).total_seconds())
