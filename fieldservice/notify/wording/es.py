"""Spanish wording, with usted.

Words without á, í, ó and ú are preferred where they are just as good: such a text is
counted at 160 characters a segment instead of 70.
"""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.wording.form import SurveyPage, Wording

WORDING = Wording(
    day_pattern="EEEE d 'de' MMMM",
    hours="{hours} h",
    on_day="el {day}, {hours}",
    today="hoy, {day}, {hours}",
    tomorrow="mañana, {day}, {hours}",
    work={
        Kind.INSTALLATION: "instalación",
        Kind.MAINTENANCE: "mantenimiento",
        Kind.REPAIR: "reparación",
        Kind.DEMONSTRATION: "demostración",
        Kind.INSPECTION: "revisión",
    },
    call_us=" o en el {phone}",
    texts={
        Message.BOOKED: ("{name}: {company} le visita {window} ({work}). Cambios: {link}"),
        Message.REMINDER_DAY: "{name}: {company} le visita {window}. ¿Ya no le conviene? {link}",
        Message.REMINDER_HOURS: "{name}: {company} le visita {window}. Detalles: {link}",
        Message.ON_MY_WAY: (
            "{name}: vamos de camino y llegaremos hacia las {time} h ({work}). {company}"
        ),
        Message.CHANGED: (
            "{name}: {company} le visita a otra hora: {window} ({work}) y no {before}. "
            "Cambios: {link}"
        ),
        Message.CANCELLED: (
            "{name}: la visita de {company} {before} ({work}) queda anulada. "
            "Otra fecha: {link}{call_us}"
        ),
        Message.NO_ACCESS: (
            "{name}: hemos pasado a las {time} h ({work}) y no hemos podido entrar. "
            "Otra fecha: {link}{call_us}. {company}"
        ),
        Message.SURVEY_CALL: (
            "Buenos días. Le llamamos de {company} por nuestra visita a {name} ({work}). "
            "Solo tenemos una pregunta breve."
        ),
        Message.SURVEY_TEXT: (
            "{name}: ¿qué le ha parecido nuestra visita ({work})? Una pregunta: {link} "
            "Gracias. {company}"
        ),
        Message.CODE: "{company}: su código es {code}. Vale diez minutos.",
        Message.LINK: "{name}: sus visitas de {company}: {link}",
    },
    answerable={
        Message.BOOKED: (
            "{name}: {company} le visita {window} ({work}). "
            "Responda 1 para confirmar, 2 para cambiar. {link}"
        ),
        Message.REMINDER_DAY: (
            "{name}: {company} le visita {window}. Responda 1 para confirmar, 2 para cambiar."
        ),
        Message.REMINDER_HOURS: (
            "{name}: {company} le visita {window}. Responda 1 para confirmar, 2 para cambiar."
        ),
        Message.CHANGED: (
            "{name}: {company} le visita a otra hora: {window} ({work}) y no {before}. "
            "Responda 1 para confirmar, 2 para cambiar. {link}"
        ),
    },
    survey_page=SurveyPage(
        title="¿Qué le ha parecido nuestra visita?",
        about="{work}, {day}",
        question="¿Le ha satisfecho nuestra visita?",
        lowest="nada",
        highest="mucho",
        comment="¿Desea contarnos algo más?",
        comment_hint="Lo que ha ido bien o lo que debemos corregir.",
        optional="opcional",
        send="Enviar",
        choose="Falta la nota. Elija una del 1 al 5.",
        thanks="Gracias",
        kept="Hemos recibido su respuesta.",
        kept_low="Sentimos que no haya ido mejor. Le llamaremos para corregirlo.",
        too_early="Todavía no hay nada que preguntar. Abra este enlace después de la visita.",
        unknown="Este enlace no existe. Compruebe que está completo.",
        expired="Este enlace ya no es válido. Llámenos y le ayudaremos.",
        questions="¿Preguntas? Llámenos:",
    ),
)
