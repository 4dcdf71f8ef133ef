"""Spanish answers, with usted."""

from fieldservice.notify.answers.form import Answers, Template

ANSWERS = Answers(
    confirmed="Gracias. Su visita {window} queda confirmada. {company}",
    confirmed_already="Su visita {window} ya estaba confirmada. {company}",
    changed_meanwhile=(
        "Su visita tiene otra hora: {window}. Responda 1 para confirmarla, 2 para "
        "cambiarla. {company}"
    ),
    confirm_which="¿Qué visita confirma? {choices}. Responda con la letra, o TODAS. {company}",
    move_which="¿Qué visita desea cambiar? {choices}. Responda con la letra. {company}",
    stop_whom=(
        "No enviamos nada más a este número. ¿A quién se refiere? {choices}. "
        "Responda con la letra, o TODOS. {company}"
    ),
    choice="{letter}: {what}",
    choice_joint="; ",
    move="Elija otra hora: {link} {company}",
    call_off="Para anular la visita o elegir otra hora: {link} {company}",
    nothing_open="Ninguna visita espera respuesta. Nuestra oficina lee su mensaje. {company}",
    help="{company}: mensajes sobre sus visitas. Para no recibir más, responda BAJA.{call}",
    help_call=" Llámenos: {phone}",
    stopped="No le enviamos más mensajes. Para recibirlos de nuevo, responda ALTA. {company}",
    stays="{names}: seguimos enviando mensajes. {company}",
    started="Le enviamos mensajes de nuevo. {company}",
    templates=(
        Template("call", "Gracias por su mensaje. Le llamaremos hoy."),
        Template("time", "Puede elegir otra hora para su visita: {link}"),
        Template("on_time", "El técnico llega como acordamos."),
        Template("late", "Hoy vamos con algo de retraso. Disculpe, llegamos pronto."),
        Template("thanks", "Gracias, lo hemos anotado."),
    ),
)
