"""Who may call back: the account we speak through, by its signature, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hmac import compare_digest
from typing import Any, TypeVar, cast

from flask import abort, current_app, request
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from fieldservice.config import Settings, TwilioSettings
from fieldservice.operations.messages.callbacks import LONGEST_SID, short
from fieldservice.web.roles import open_to_anybody

View = TypeVar("View", bound=Callable[..., Any])

TEXT = ("MessageSid", "SmsSid")
"""Fields that name a text."""


def signed_by_twilio(*names: str) -> Callable[[View], View]:
    """Let only callbacks in that our own account signed; anything else is refused unseen.

    One of the fields `names` has to say what it is about: two that say nothing would be taken
    for the same call or text.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if not is_genuine():
                abort(403)
            if not field_of(*names):
                abort(400)
            return view(*args, **values)

        return cast(View, open_to_anybody(guarded))

    return guard


def field_of(*names: str) -> str:
    """The first of these fields of the callback that says anything."""
    fields = (short(request.form.get(name, ""), LONGEST_SID).strip() for name in names)
    return next(filter(None, fields), "")


def is_genuine() -> bool:
    """Whether this request was signed for the address it came to, by the account set up."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    account = settings.twilio
    if account is None or not _is_ours(account):
        return False
    signature = request.headers.get(SIGNATURE_HEADER, "")
    algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER, ""))
    # From the public address: what a proxy or a stranger says of the host proves nothing.
    address = settings.public_base_url + request.full_path.removesuffix("?")
    return any(
        RequestValidator(token).validate(address, request.form, signature, algorithm)
        for token in account.auth_tokens
    )


def _is_ours(account: TwilioSettings) -> bool:
    named = request.values.get("AccountSid", "")
    return compare_digest(named.encode(), account.account_sid.encode())
