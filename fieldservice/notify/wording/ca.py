"""Catalan wording, with vostè.

Words without í, ï, ó, ú and ç are preferred where they are just as good: such a text is
counted at 160 characters a segment instead of 70.
"""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.wording.form import SurveyPage, Wording

WORDING = Wording(
    day_pattern="EEEE d MMMM",
    hours="{hours} h",
    on_day="{day}, {hours}",
    today="avui, {day}, {hours}",
    tomorrow="demà, {day}, {hours}",
    work={
        Kind.INSTALLATION: "instal·lació",
        Kind.MAINTENANCE: "manteniment",
        Kind.REPAIR: "reparació",
        Kind.DEMONSTRATION: "demostració",
        Kind.INSPECTION: "revisió",
    },
    call_us=" o al {phone}",
    texts={
        Message.BOOKED: ("{name}: té visita de {company} {window} ({work}). Canvis: {link}"),
        Message.REMINDER_DAY: "{name}: visita de {company} {window}. Canvis: {link}",
        Message.REMINDER_HOURS: "{name}: visita de {company} {window}. Info: {link}",
        Message.ON_MY_WAY: (
            "{name}: el nostre tècnic ha sortit cap a casa seva i hi arribarà cap a les {time} h "
            "({work}). {company}"
        ),
        Message.CHANGED: (
            "{name}: la visita de {company} canvia d'hora: {window} ({work}) i no {before}. "
            "Canvis: {link}"
        ),
        Message.CANCELLED: (
            "{name}: la visita de {company} de {before} ({work}) queda sense efecte. "
            "Altra data: {link}{call_us}"
        ),
        Message.NO_ACCESS: (
            "{name}: hem passat a les {time} h ({work}) i no hem pogut entrar. "
            "Altra data: {link}{call_us}. {company}"
        ),
        Message.SURVEY_CALL: (
            "Bon dia. Li truquem de {company} per la nostra visita a {name} ({work}). "
            "Només tenim una pregunta breu."
        ),
        Message.SURVEY_TEXT: (
            "{name}: com valora la nostra visita ({work})? Una pregunta: {link} Gràcies. {company}"
        ),
        Message.CODE: "{company}: el seu codi és {code}. Val deu minuts.",
        Message.LINK: "{name}: les seves visites de {company}: {link}",
    },
    answerable={
        Message.BOOKED: (
            "{name}: visita de {company} {window} ({work}). "
            "Respongui 1 per confirmar, 2 per canviar. {link}"
        ),
        Message.REMINDER_DAY: (
            "{name}: visita de {company} {window}. Respongui 1 per confirmar, 2 per canviar."
        ),
        Message.REMINDER_HOURS: (
            "{name}: visita de {company} {window}. Respongui 1 per confirmar, 2 per canviar."
        ),
        Message.CHANGED: (
            "{name}: la visita de {company} canvia d'hora: {window} ({work}) i no {before}. "
            "Respongui 1 per confirmar, 2 per canviar. {link}"
        ),
    },
    survey_page=SurveyPage(
        title="Com valora la nostra visita?",
        about="{work}, {day}",
        question="L'ha satisfet la nostra visita?",
        lowest="gens",
        highest="molt",
        comment="Ens vol explicar res més?",
        comment_hint="El que ha anat bé o el que hem de corregir.",
        optional="opcional",
        send="Enviar",
        choose="Falta la nota. Triï'n una de l'1 al 5.",
        thanks="Gràcies",
        kept="Hem rebut la seva resposta.",
        kept_low="Ens sap greu que no hagi anat millor. Li trucarem per corregir-ho.",
        too_early="Encara no hi ha res a preguntar. Obri aquest enllaç després de la visita.",
        unknown="Aquest enllaç no existeix. Comprovi que és complet.",
        expired="Aquest enllaç ja no és vàlid. Truqui'ns i l'ajudarem.",
        questions="Preguntes? Truqui'ns:",
    ),
)
