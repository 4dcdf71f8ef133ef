"""The people of the demo company: invented names, in the four languages spoken."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import time

from fieldservice.models.kinds import Language

GIVEN = {
    Language.CATALAN: "Montserrat Jordi Núria Oriol Mireia Pau Laia Arnau Carme Xavier Neus Roger "
    "Gemma Ferran Aina Guillem",
    Language.SPANISH: "Carmen Javier Lucía Andrés Pilar Manuel Rocío Álvaro Inés Sergio Marta Raúl",
    Language.ENGLISH: "Emma James Olivia Thomas Grace Henry Alice Edward Sophie Daniel",
    Language.HUNGARIAN: "Zsófia Gábor Réka Bence Eszter András Katalin Máté Dóra István",
}
FAMILY = {
    Language.CATALAN: "Vila Puig Ribas Serra Casals Font Rossell Torres Mas Pons Soler Riba Areny "
    "Montané Duró Babot Naudi Cairat",
    Language.SPANISH: "García Romero Ortega Delgado Molina Castro Rubio Navarro Iglesias Santos",
    Language.ENGLISH: "Walker Bennett Hughes Morgan Clarke Foster Price Whitfield Harper Lane",
    Language.HUNGARIAN: "Nagy Kovács Szabó Tóth Varga Horváth Kiss Molnár Farkas Balogh",
}
PREFIXES = {
    Language.CATALAN: "+3763",
    Language.SPANISH: "+3766",
    Language.ENGLISH: "+447700900",
    Language.HUNGARIAN: "+3630555",
}
"""Numbers that look like the real ones of each country; the demo can reach none of them."""
DIGITS = {
    Language.CATALAN: 5,
    Language.SPANISH: 5,
    Language.ENGLISH: 3,
    Language.HUNGARIAN: 4,
}
SHARES = {
    Language.CATALAN: 50,
    Language.SPANISH: 30,
    Language.ENGLISH: 12,
    Language.HUNGARIAN: 8,
}


@dataclass(frozen=True, slots=True)
class Person:
    """A customer's name, language and telephone."""

    name: str
    language: Language
    phone: str


def a_person(rng: random.Random) -> Person:
    """Somebody who might live in Andorra."""
    language = rng.choices(list(SHARES), weights=list(SHARES.values()))[0]
    given = rng.choice(GIVEN[language].split())
    family = rng.choice(FAMILY[language].split())
    digits = "".join(rng.choice("0123456789") for _ in range(DIGITS[language]))
    name = f"{family} {given}" if language is Language.HUNGARIAN else f"{given} {family}"
    return Person(name, language, PREFIXES[language] + digits)


@dataclass(frozen=True, slots=True)
class Hired:
    """A technician to hire: where they live, what they can do, when they work."""

    name: str
    parish: int
    street: int
    skills: tuple[tuple[str, int], ...]
    starts: time = time(8)
    ends: time = time(17)
    rides_with: str | None = None


TEAM = (
    Hired("Marc Riba", 0, 3, (("electricity", 3), ("appliances", 2), ("gas", 2))),
    Hired("Laura Montané", 0, 8, (("appliances", 3), ("electricity", 1))),
    Hired("Joan Casals", 1, 5, (("gas", 3), ("appliances", 1), ("refrigerants", 1))),
    Hired("Anna Duró", 1, 8, (("refrigerants", 2), ("electricity", 2), ("appliances", 2))),
    Hired("Pere Babot", 2, 2, (("appliances", 2), ("gas", 1)), time(7, 30), time(16, 30)),
    Hired("Sílvia Naudi", 2, 6, (("electricity", 2), ("appliances", 2))),
    Hired("Dani Ortega", 3, 1, (("appliances", 2), ("gas", 2), ("electricity", 1))),
    Hired("Marta Areny", 4, 0, (("refrigerants", 2), ("gas", 2), ("appliances", 1))),
    Hired("Gábor Tóth", 4, 5, (("appliances", 3), ("electricity", 2)), time(9), time(18)),
    Hired("Rosa Font", 5, 2, (("appliances", 2), ("electricity", 1)), time(8, 30), time(13)),
    Hired("Xavi Soler", 6, 2, (("gas", 2), ("appliances", 2), ("electricity", 2))),
    Hired("Nil Cairat", 6, 1, (("appliances", 1), ("gas", 1)), time(14), time(18, 30)),
    Hired("Biel Puig", 0, 5, (("appliances", 1),), rides_with="Marc Riba"),
)
"""Twelve technicians, and the apprentice who rides along with the first."""
