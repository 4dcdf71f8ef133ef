"""Magyar levelek."""

from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.letters.form import LetterWords, OptOutPage

VISIT = "Az Ön időpontja: {window}. A munka: {work}."

WORDS = LetterWords(
    locale="hu",
    between="{day}, {start} és {end} között",
    at="{day}, {start}",
    greeting="Tisztelt {name},",
    closing="Üdvözlettel",
    subjects={
        Message.BOOKED: "Időpontja: {day}",
        Message.REMINDER_DAY: "Emlékeztető, időpontja: {day}",
        Message.REMINDER_HOURS: "Emlékeztető a mai időpontjára",
        Message.ON_MY_WAY: "Szerelőnk úton van Önhöz",
        Message.CHANGED: "Új időpontja: {day}",
        Message.CANCELLED: "Töröltük az időpontját: {day}",
        Message.NO_ACCESS: "Nem tudtunk bejutni",
        Message.SURVEY_TEXT: "Hogyan értékeli munkánkat?",
        Message.LINK: "Az Ön oldala: {company}",
    },
    texts={
        Message.BOOKED: VISIT,
        Message.REMINDER_DAY: VISIT,
        Message.REMINDER_HOURS: VISIT,
        Message.ON_MY_WAY: ("Szerelőnk úton van Önhöz. Várható érkezés: {time}. A munka: {work}."),
        Message.CHANGED: "Az Ön új időpontja: {window}. Korábban: {before}. A munka: {work}.",
        Message.CANCELLED: "Ezt az időpontját töröltük: {before}. A munka: {work}.",
        Message.NO_ACCESS: (
            "Szerelőnk az Ön ajtajánál járt ({time}), de nem tudott bejutni. A munka: {work}."
        ),
        Message.SURVEY_TEXT: (
            "Nemrég Önnél jártunk ({work}), és szeretnénk tudni, elégedett-e. "
            "Egyetlen kérdés, fél perc."
        ),
        Message.LINK: "Ez az Ön oldala, az összes időpontjával.",
    },
    on_paper={
        Message.BOOKED: "Az Ön időpontja",
        Message.REMINDER_DAY: "Emlékeztető az időpontjára",
        Message.CHANGED: "Új időpontja",
        Message.CANCELLED: "Töröltük az időpontját",
        Message.NO_ACCESS: "Nem tudtunk bejutni",
    },
    our_page="Itt megnézheti, módosíthatja vagy lemondhatja:",
    new_time="Új időpont választása:",
    question="Itt válaszolhat:",
    call_us="Ha kérdése van, vagy az időpont nem felel meg, hívjon minket: {phone}.",
    by_mail_because=("{company} erre a címre ír Önnek az időpontjairól. Ha nem kér több e-mailt:"),
    opt_out=OptOutPage(
        title="Nem kér több e-mailt?",
        lead="Időpontjairól más módon értesítjük, ha tudunk ilyet.",
        stop="Nem kérek több e-mailt",
        stopped="Nem küldünk több e-mailt",
        stopped_lead="Erre a címre többé nem írunk: {email}.",
        unknown="Ezt a címet nem ismerjük. Ellenőrizze, hogy teljes egészében másolta-e.",
    ),
)
