"""The application: where rooms are wired together, and nothing else happens."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from fieldservice import clock
from fieldservice.config import Settings, settings_from
from fieldservice.db import db, engine_options, migrate, prepare
from fieldservice.web import init_web


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from its settings."""
    settings = settings or settings_from()
    clock.shift_clock(settings.clock_offset)
    app = Flask("fieldservice.web", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        MAX_CONTENT_LENGTH=settings.upload_megabytes * 1024 * 1024,
        TESTING=settings.testing,
    )
    app.extensions["fieldservice_settings"] = settings
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        prepare(db.engine)
    init_web(app, settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    return app
