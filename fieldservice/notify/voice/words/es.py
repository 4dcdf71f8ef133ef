"""Spanish on the telephone, with usted."""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.voice.words.form import (
    InboundWords,
    NoticeWords,
    SpokenWords,
    SurveyWords,
)

HELLO = "Hola. Le llamamos de {company} con un mensaje para {name}. "

WORDS = SpokenWords(
    again="No le he entendido.",
    keys="cero/uno/dos/tres/cuatro/cinco/seis/siete/ocho/nueve",
    work={
        Kind.INSTALLATION: "una instalación",
        Kind.MAINTENANCE: "un mantenimiento",
        Kind.REPAIR: "una reparación",
        Kind.DEMONSTRATION: "una demostración",
        Kind.INSPECTION: "una revisión",
    },
    survey=SurveyWords(
        question=(
            "¿Le ha satisfecho nuestra visita? Pulse una tecla del uno al cinco: "
            "uno es nada, cinco es mucho."
        ),
        comment=(
            "Gracias. Si desea contarnos algo más, hable después de la señal y pulse "
            "almohadilla: lo que diga queda grabado. Si no, pulse almohadilla."
        ),
        goodbye="Gracias. Hemos recibido su respuesta. Adiós.",
        goodbye_low="Gracias. Sentimos que no haya ido mejor. Le llamaremos. Adiós.",
        goodbye_unanswered="No le entretenemos más. Gracias y adiós.",
    ),
    notice=NoticeWords(
        texts={
            Message.BOOKED: HELLO + "Le visitaremos {window}. Motivo de la visita: {work}.",
            Message.REMINDER_DAY: HELLO + "Le visitaremos {window}. Motivo de la visita: {work}.",
            Message.REMINDER_HOURS: HELLO + "Le visitaremos {window}. Motivo: {work}.",
            Message.ON_MY_WAY: (
                HELLO + "Nuestro técnico va de camino y llegará hacia {time}. Motivo: {work}."
            ),
            Message.CHANGED: (
                HELLO + "Su visita cambia de hora: le visitaremos {window}. "
                "Sustituye a la visita prevista para {before}. Motivo: {work}."
            ),
            Message.CANCELLED: (
                HELLO + "La visita prevista para {before} queda anulada. Motivo: {work}."
            ),
            Message.NO_ACCESS: (
                HELLO + "Nuestro técnico ha pasado por su casa a {time} y no ha podido entrar. "
                "Motivo: {work}."
            ),
        },
        confirm="Para confirmar la visita, pulse uno.",
        call_me="Si desea que le llamemos, pulse dos.",
        new_time="Para otra fecha, pulse dos y le llamaremos.",
        repeat="Para oírlo otra vez, pulse nueve.",
        confirmed="Gracias. La visita queda confirmada. Adiós.",
        changed="La visita ha cambiado entretanto. Le llamaremos. Adiós.",
        will_call="Gracias. Le llamaremos. Adiós.",
        goodbye="Gracias y adiós.",
    ),
    inbound=InboundWords(
        welcome="Hola. Ha llamado a {company}.",
        this_language="Para español, pulse {key}.",
        which="Tenemos varias visitas a su nombre.",
        one_of="Para la visita prevista para {window}, de {name}, pulse {key}.",
        next_visit="Su próxima visita está prevista para {window}. Motivo: {work}.",
        on_the_way="Nuestro técnico va de camino y llegará hacia {time}.",
        no_visit="No tenemos ninguna visita prevista con este número.",
        confirmed_before="Ya la ha confirmado.",
        confirm="Para confirmar la visita, pulse uno.",
        move="Para cambiar la hora, pulse dos.",
        message="Para dejarnos un mensaje, pulse tres.",
        call_me="Si desea que le llamemos, pulse tres.",
        office="Para hablar con una persona, pulse cero.",
        repeat="Para oírlo otra vez, pulse nueve.",
        speak=(
            "Hable después de la señal y, cuando termine, pulse almohadilla. "
            "Lo que diga queda grabado para que podamos atenderle."
        ),
        nobody_free="En este momento nadie puede atenderle.",
        putting_through="Un momento, por favor. Le pasamos la llamada.",
        confirmed="Gracias. La visita queda confirmada. Adiós.",
        changed="La visita ha cambiado entretanto. Le llamaremos. Adiós.",
        new_time="La hora de su visita ha cambiado entretanto.",
        link_sent=(
            "Le enviamos un mensaje de texto con un enlace para elegir otra hora. Gracias y adiós."
        ),
        will_call_about_time="Le llamaremos para acordar otra hora. Gracias y adiós.",
        will_call="Gracias. Le llamaremos. Adiós.",
        kept="Gracias. Hemos recibido su mensaje y nos ocuparemos de él. Adiós.",
        goodbye="Gracias por llamar. Adiós.",
        call_again=(
            "No vemos su número y no podemos devolverle la llamada. Llámenos otra vez en horario "
            "de oficina. Gracias y adiós."
        ),
        trouble=(
            "Lo sentimos, en este momento algo no funciona. Llámenos otra vez dentro de unos "
            "minutos. Adiós."
        ),
    ),
)
