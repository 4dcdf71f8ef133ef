"""Who may try the demo: a dispatcher, a technician, an administrator and a customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.customers import CustomerLink
from fieldservice.models.technicians import Technician
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import UPCOMING, Visit
from fieldservice.operations.customers.links import make_link, token_of
from fieldservice.operations.house.users import add_user

DISPATCHER = "dispatcher@postvenda.example"
TECHNICIAN = "technician@postvenda.example"
ADMIN = "admin@postvenda.example"
DRIVER = "Marc Riba"
LINK_LASTS = timedelta(days=30)


def add_users(
    session: Session, territory: Territory, hashed: Callable[[], str], now: datetime
) -> None:
    """The three accounts of the house."""
    driver = session.scalars(
        select(Technician).where(Technician.territory_id == territory.id, Technician.name == DRIVER)
    ).one()
    people = (
        (DISPATCHER, "Núria Pons", RoleName.DISPATCHER, None),
        (TECHNICIAN, DRIVER, RoleName.TECHNICIAN, driver.id),
        (ADMIN, "Pilar Santos", RoleName.ADMIN, None),
    )
    for email, name, role, technician_id in people:
        add_user(
            session,
            now,
            email=email,
            name=name,
            role=role,
            password_hash=hashed(),
            technician_id=technician_id,
        )


def known_token(session: Session, day: date, secret: str, now: datetime) -> str | None:
    """The way in of the customer whose visit is on that day, where it was made before."""
    link = session.scalar(
        select(CustomerLink)
        .join(Visit, Visit.id == CustomerLink.visit_id)
        .where(
            Visit.service_on == day,
            CustomerLink.expires_at > now,
            CustomerLink.revoked_at.is_(None),
        )
        .order_by(CustomerLink.id)
        .limit(1)
    )
    return token_of(link, secret) if link else None


def let_customer_in(
    session: Session, territory: Territory, day: date, secret: str, now: datetime
) -> None:
    """A way in for one customer with a promised window on that day."""
    visit = session.scalars(
        select(Visit)
        .where(
            Visit.territory_id == territory.id,
            Visit.service_on == day,
            Visit.state.in_(UPCOMING),
            Visit.told_from.is_not(None),
        )
        .order_by(Visit.id)
        .limit(1)
    ).one()
    make_link(session, secret, visit.work_order.customer_id, visit.id, now, now + LINK_LASTS)
