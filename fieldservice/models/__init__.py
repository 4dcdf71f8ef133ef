"""What the business remembers, one aggregate a file."""

from fieldservice.models import (
    assets,
    audit,
    callbacks,
    conversations,
    customers,
    events,
    imports,
    kinds,
    messages,
    plans,
    senders,
    surveys,
    technicians,
    territories,
    users,
    work_orders,
)
from fieldservice.models.base import Base

__all__ = [
    "Base",
    "assets",
    "audit",
    "callbacks",
    "conversations",
    "customers",
    "events",
    "imports",
    "kinds",
    "messages",
    "plans",
    "senders",
    "surveys",
    "technicians",
    "territories",
    "users",
    "work_orders",
]
