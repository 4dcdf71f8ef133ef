"""Cartas en español."""

from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.letters.form import LetterWords, OptOutPage

VISIT = "Le visitaremos el {window}. Motivo: {work}."

WORDS = LetterWords(
    locale="es",
    between="{day}, entre las {start} y las {end}",
    at="{day} a las {start}",
    greeting="Buenos días, {name}:",
    closing="Un cordial saludo",
    subjects={
        Message.BOOKED: "Su visita del {day}",
        Message.REMINDER_DAY: "Recordatorio: nuestra visita del {day}",
        Message.REMINDER_HOURS: "Recordatorio: nuestra visita de hoy",
        Message.ON_MY_WAY: "Nuestro técnico va de camino",
        Message.CHANGED: "Su visita cambia de hora: {day}",
        Message.CANCELLED: "Su visita del {day} queda anulada",
        Message.NO_ACCESS: "No hemos podido entrar",
        Message.SURVEY_TEXT: "¿Qué le ha parecido nuestra visita?",
        Message.LINK: "Su página de {company}",
    },
    texts={
        Message.BOOKED: VISIT,
        Message.REMINDER_DAY: VISIT,
        Message.REMINDER_HOURS: VISIT,
        Message.ON_MY_WAY: (
            "Nuestro técnico va de camino y llegará hacia las {time}. Motivo: {work}."
        ),
        Message.CHANGED: (
            "Su visita tiene una nueva hora: {window}. Sustituye a la del {before}. Motivo: {work}."
        ),
        Message.CANCELLED: "Su visita del {before} queda anulada. Motivo de la visita: {work}.",
        Message.NO_ACCESS: (
            "Nuestro técnico estuvo en su puerta a las {time} y no pudo entrar. "
            "Motivo de la visita: {work}."
        ),
        Message.SURVEY_TEXT: (
            "Le hemos visitado ({work}) y nos gustaría saber cómo ha ido. "
            "Es una sola pregunta y lleva medio minuto."
        ),
        Message.LINK: "Esta es su página, con todas sus visitas.",
    },
    on_paper={
        Message.BOOKED: "Su visita",
        Message.REMINDER_DAY: "Recordatorio de nuestra visita",
        Message.CHANGED: "Nueva hora para su visita",
        Message.CANCELLED: "Su visita queda anulada",
        Message.NO_ACCESS: "No hemos podido entrar",
    },
    our_page="Aquí puede verla, cambiarla o anularla:",
    new_time="Para elegir otra fecha:",
    question="Responda aquí:",
    call_us="Si tiene alguna pregunta o la hora no le conviene, llámenos al {phone}.",
    by_mail_because=(
        "{company} escribe a esta dirección sobre sus visitas. "
        "Si no desea recibir más correos nuestros:"
    ),
    opt_out=OptOutPage(
        title="¿No desea más correos?",
        lead="Le avisaremos de sus visitas por otro medio, si lo conocemos.",
        stop="No recibir más correos",
        stopped="No recibirá más correos",
        stopped_lead="Ya no escribiremos a {email}.",
        unknown="No conocemos esta dirección. Compruebe que la ha copiado entera.",
    ),
)
