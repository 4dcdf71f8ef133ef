"""What became of a request to Twilio, read from what it raised.

Only what surely never reached Twilio, or what Twilio itself refused, is called so;
everything else is unknown.
"""

from __future__ import annotations

import re
import ssl
from datetime import timedelta

import requests
import urllib3.exceptions as urllib3
from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from fieldservice.models.customers import Channel
from fieldservice.models.messages import AttemptOutcome
from fieldservice.notify.channel import Answer
from fieldservice.notify.twilio.client import AskedToWait
from fieldservice.notify.twilio.codes import Consequence, plain_code, verdict
from fieldservice.said import said

AT_LEAST = timedelta(seconds=30)
"""How long a provider that asked for fewer requests is left alone where it does not say."""
LONGEST = timedelta(minutes=15)
NO_CODES_BELOW = 10000
"""Smaller numbers are HTTP's: somebody on the way answered, not Twilio."""
REQUEST_TIMEOUT, SERVER_ERROR, UNAUTHORISED = 408, 500, 401
TOO_MANY_CODE, PASSWORD_CODE = 20429, 20003

NAME = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
"""What can be the provider's own name of a text or a call."""


def taken(sid: object) -> Answer:
    """The outcome behind a request that was answered with this name of what it became."""
    if isinstance(sid, str) and NAME.fullmatch(sid):
        return Answer(AttemptOutcome.SENT, provider_id=sid)
    # An empty 201 comes as an answer without a name, not as an error.
    return Answer(AttemptOutcome.UNKNOWN, error=said("the provider's answer named nothing"))


def answer_to(error: Exception, medium: Channel) -> Answer:
    """The outcome behind an exception of the client."""
    if isinstance(error, AskedToWait):
        return _waiting(error)
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _refused(error.status, error.code, medium)
    if isinstance(error, requests.ConnectionError) and _never_connected(error):
        return Answer(AttemptOutcome.NOT_SENT, error=said("the provider could not be reached"))
    if isinstance(error, requests.Timeout):
        return Answer(AttemptOutcome.UNKNOWN, error=said("the provider did not answer in time"))
    return Answer(AttemptOutcome.UNKNOWN, error=f"no whole answer came ({type(error).__name__})")


def _waiting(error: AskedToWait) -> Answer:
    asked = timedelta(seconds=error.seconds) if error.seconds else AT_LEAST
    words = verdict(TOO_MANY_CODE, Channel.SMS).words
    after = min(max(asked, AT_LEAST), LONGEST)
    return Answer(AttemptOutcome.NOT_SENT, error=words, code=TOO_MANY_CODE, again_after=after)


def _refused(status: int, said: object, medium: Channel) -> Answer:
    if status >= SERVER_ERROR or status == REQUEST_TIMEOUT:
        return Answer(AttemptOutcome.UNKNOWN, error=f"the provider broke down ({status})")
    code = plain_code(said)
    if code is not None and code < NO_CODES_BELOW:
        code = None
    if code is None and status == UNAUTHORISED:
        code = PASSWORD_CODE
    if code is None:
        return Answer(AttemptOutcome.NOT_SENT, error=f"no answer of the provider's own ({status})")
    found = verdict(code, medium)
    after = AT_LEAST if found.consequence == Consequence.BACK_OFF else None
    return Answer(found.outcome, error=f"{found.words} ({code})", code=code, again_after=after)


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether not a byte of the request can have left."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, urllib3.MaxRetryError) else cause
    if isinstance(reason, urllib3.SSLError):
        return any(isinstance(one, ssl.SSLCertVerificationError) for one in reason.args)
    return isinstance(reason, urllib3.NewConnectionError | urllib3.ConnectTimeoutError)
