"""Headers that keep a page from doing what it was not written to do."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from fieldservice.config import Settings


def csp_nonce() -> str:
    """The nonce of this response's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def init_headers(app: Flask, settings: Settings) -> None:
    """Put the security headers on every response."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = (
            f"default-src 'self'; script-src 'self' 'nonce-{csp_nonce()}'; "
            "img-src 'self' data:; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = "geolocation=(self), camera=(self), microphone=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if settings.is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if not request.path.startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
        return response
