"""The JSON in which problems and plans travel: VROOM's format with extensions, docs/format.md."""

from fieldservice.scheduling.exchange.read import problem_from, read_offer_question, read_problem
from fieldservice.scheduling.exchange.write_plan import plan_document
from fieldservice.scheduling.exchange.write_problem import problem_document

__all__ = [
    "plan_document",
    "problem_document",
    "problem_from",
    "read_offer_question",
    "read_problem",
]
