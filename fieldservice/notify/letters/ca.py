"""Cartes en català."""

from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.letters.form import LetterWords, OptOutPage

VISIT = "Li farem una visita el {window}. Motiu: {work}."

WORDS = LetterWords(
    locale="ca",
    between="{day}, entre les {start} i les {end}",
    at="{day} a les {start}",
    greeting="Bon dia, {name}:",
    closing="Salutacions cordials",
    subjects={
        Message.BOOKED: "La seva visita del {day}",
        Message.REMINDER_DAY: "Recordatori: la nostra visita del {day}",
        Message.REMINDER_HOURS: "Recordatori: la nostra visita d'avui",
        Message.ON_MY_WAY: "El nostre tècnic és en camí",
        Message.CHANGED: "La seva visita canvia d'hora: {day}",
        Message.CANCELLED: "La seva visita del {day} queda anul·lada",
        Message.NO_ACCESS: "No hem pogut entrar",
        Message.SURVEY_TEXT: "Com ha anat la nostra visita?",
        Message.LINK: "La seva pàgina de {company}",
    },
    texts={
        Message.BOOKED: VISIT,
        Message.REMINDER_DAY: VISIT,
        Message.REMINDER_HOURS: VISIT,
        Message.ON_MY_WAY: (
            "El nostre tècnic és en camí i arribarà cap a les {time}. Motiu: {work}."
        ),
        Message.CHANGED: (
            "La seva visita té una nova hora: {window}. Substitueix la del {before}. Motiu: {work}."
        ),
        Message.CANCELLED: (
            "La seva visita del {before} queda anul·lada. Motiu de la visita: {work}."
        ),
        Message.NO_ACCESS: (
            "El nostre tècnic va ser a la seva porta a les {time} i no va poder entrar. "
            "Motiu de la visita: {work}."
        ),
        Message.SURVEY_TEXT: (
            "L'hem visitat ({work}) i ens agradaria saber com ha anat. "
            "És una sola pregunta i només cal mig minut."
        ),
        Message.LINK: "Aquesta és la seva pàgina, amb totes les seves visites.",
    },
    on_paper={
        Message.BOOKED: "La seva visita",
        Message.REMINDER_DAY: "Recordatori de la nostra visita",
        Message.CHANGED: "Una nova hora per a la seva visita",
        Message.CANCELLED: "La seva visita queda anul·lada",
        Message.NO_ACCESS: "No hem pogut entrar",
    },
    our_page="Aquí la pot veure, canviar o anul·lar:",
    new_time="Per triar una altra data:",
    question="Respongui aquí:",
    call_us="Si té cap pregunta o l'hora no li va bé, truqui'ns al {phone}.",
    by_mail_because=(
        "{company} escriu a aquesta adreça sobre les seves visites. "
        "Si no vol rebre més correus nostres:"
    ),
    opt_out=OptOutPage(
        title="No vol més correus?",
        lead="L'avisarem de les seves visites per un altre mitjà, si en coneixem cap.",
        stop="No rebre més correus",
        stopped="No rebrà més correus",
        stopped_lead="Ja no escriurem a {email}.",
        unknown="No coneixem aquesta adreça. Comprovi que l'ha copiada sencera.",
    ),
)
