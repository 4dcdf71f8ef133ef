"""Calls through Twilio: it rings, and fetches from us what to say."""

from __future__ import annotations

from dataclasses import dataclass

from twilio.rest import Client

from fieldservice.notify.channel import Answer, Inquiry, Parcel
from fieldservice.notify.twilio.addresses import call_status_address, voice_address
from fieldservice.notify.twilio.outcomes import answer_to, taken
from fieldservice.notify.twilio.reconciliation import found_call

RINGS_SECONDS = 25
LONGEST_SECONDS = 600
"""No script takes as long; a line left open must not cost a night."""
STEPS = ["completed"]
"""The end is all we wait for; that nobody answered comes with it."""


@dataclass(frozen=True, slots=True)
class TwilioCalls:
    """One request a call; its script and its states have addresses of the attempt's own."""

    client: Client
    base_url: str

    def hand_over(self, parcel: Parcel) -> Answer:
        """Ask Twilio once to ring."""
        try:
            call = self.client.calls.create(
                to=parcel.to,
                from_=parcel.sender,
                url=voice_address(self.base_url, parcel.token),
                status_callback=call_status_address(self.base_url, parcel.token),
                status_callback_event=STEPS,
                # Who answered is told with the first request for the script.
                machine_detection="Enable",
                timeout=RINGS_SECONDS,
                time_limit=LONGEST_SECONDS,
            )
        except Exception as error:
            return answer_to(error, parcel.medium)
        return taken(call.sid)

    def look_up(self, inquiry: Inquiry) -> Answer:
        """Look for it in Twilio's own list."""
        return found_call(self.client, inquiry)
