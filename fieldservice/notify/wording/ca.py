"""Catalan wording, with vostè.

Words without í, ï, ó, ú and ç are preferred where they are just as good: such a text is
counted at 160 characters a segment instead of 70.
"""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.wording.form import Script, SurveyPage, Wording

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
        Message.BOOKED: (
            "{name}: {company} li fa una visita {window} ({work}). "
            "Per veure o canviar la cita: {link}"
        ),
        Message.REMINDER_DAY: "{name}: visita de {company} {window}. Canvis: {link}",
        Message.REMINDER_HOURS: "{name}: visita de {company} {window}. Info: {link}",
        Message.ON_MY_WAY: (
            "{name}: anem de camí cap a casa seva i arribarem cap a les {time} h ({work}). "
            "{company}"
        ),
        Message.CHANGED: (
            "{name}: la visita de {company} canvia d'hora. Serà {window} ({work}), "
            "en lloc de {before}. Per veure o canviar la cita: {link}"
        ),
        Message.CANCELLED: (
            "{name}: la visita de {company} de {before} ({work}) queda anul·lada. "
            "Per a una altra data: {link}{call_us}"
        ),
        Message.NO_ACCESS: (
            "{name}: hem passat a les {time} h ({work}) i no hem pogut entrar. "
            "Per a una altra data: {link}{call_us}. {company}"
        ),
        Message.SURVEY_CALL: (
            "Bon dia. Li truquem de {company} per la nostra visita a {name} ({work}). "
            "Només tenim una pregunta breu."
        ),
        Message.SURVEY_TEXT: (
            "{name}: com valora la nostra visita ({work})? Una pregunta, mig minut: {link} "
            "Gràcies. {company}"
        ),
        Message.CODE: "{code} és el seu codi per a {company}. Val durant deu minuts.",
        Message.LINK: "{name}: aquesta és la seva pàgina de {company}: {link}",
    },
    script=Script(
        question=(
            "Està satisfet amb la nostra visita? Premi una tecla de l'1 al 5: "
            "1 és gens satisfet, 5 és molt satisfet."
        ),
        again="No l'he entès.",
        comment=(
            "Gràcies. Si ens vol explicar res més, parli ara i després premi coixinet. "
            "Si no, premi coixinet."
        ),
        goodbye="Gràcies. Hem rebut la seva resposta. Adeu.",
        goodbye_low="Gràcies. Ens sap greu que no hagi anat millor. Li trucarem. Adeu.",
        goodbye_unanswered="No l'entretenim més. Gràcies i adeu.",
    ),
    survey_page=SurveyPage(
        title="Com valora la nostra visita?",
        about="{work}, {day}",
        question="Està satisfet amb la nostra visita?",
        lowest="gens satisfet",
        highest="molt satisfet",
        comment="Ens vol explicar res més?",
        comment_hint="El que ha anat bé o el que hem de corregir.",
        optional="opcional",
        send="Envia",
        choose="Falta la nota. Triï'n una de l'1 al 5.",
        thanks="Gràcies",
        kept="Hem rebut la seva resposta.",
        kept_low="Ens sap greu que no hagi anat millor. Li trucarem per corregir-ho.",
        too_early="Encara no hi ha res a preguntar. Obri aquesta adreça després de la visita.",
        unknown="Aquesta adreça no existeix. Comprovi que és completa.",
        expired="Aquesta adreça ja no és vàlida. Truqui'ns i l'ajudarem.",
        questions="Preguntes? Truqui'ns:",
    ),
)
