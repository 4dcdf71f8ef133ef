"""What is said in answer to customers' texts, in each of their languages."""

from fieldservice.models.kinds import Language
from fieldservice.notify.answers import ca, en, es, hu
from fieldservice.notify.answers.form import Answers, Template

__all__ = ["ANSWERS", "Answers", "Template"]

ANSWERS: dict[Language, Answers] = {
    Language.ENGLISH: en.ANSWERS,
    Language.SPANISH: es.ANSWERS,
    Language.CATALAN: ca.ANSWERS,
    Language.HUNGARIAN: hu.ANSWERS,
}
