"""Catalan answers, with vostè."""

from fieldservice.notify.answers.form import Answers, Template

ANSWERS = Answers(
    confirmed="Gràcies. La visita {window} queda confirmada. {company}",
    confirmed_already="La visita {window} ja estava confirmada. {company}",
    changed_meanwhile=(
        "La visita té una altra hora: {window}. Respongui 1 per confirmar-la, 2 per "
        "canviar-la. {company}"
    ),
    confirm_which="Quina visita confirma? {choices}. Respongui amb la lletra, o TOTES. {company}",
    move_which="Quina visita vol canviar? {choices}. Respongui amb la lletra. {company}",
    stop_whom=(
        "No enviem res més a aquest número. A qui es refereix? {choices}. "
        "Respongui amb la lletra, o TOTS. {company}"
    ),
    choice="{letter}: {what}",
    choice_joint="; ",
    move="Triï una altra hora: {link} {company}",
    call_off="Per anular la visita o triar una altra hora: {link} {company}",
    nothing_open="Cap visita espera resposta. La nostra oficina llegeix el missatge. {company}",
    help="{company}: missatges sobre les seves visites. Per no rebre'n més, respongui BAIXA.{call}",
    help_call=" Truqui'ns: {phone}",
    stopped="No li enviem més missatges. Per tornar-ne a rebre, respongui ALTA. {company}",
    stays="{names}: continuem enviant missatges. {company}",
    started="Li tornem a enviar missatges. {company}",
    templates=(
        Template("call", "Gràcies pel missatge. Li trucarem avui."),
        Template("time", "Pot triar una altra hora per a la visita: {link}"),
        Template("on_time", "El tècnic ve a l'hora acordada."),
        Template("late", "Avui anem una mica tard. Disculpi, arribem aviat."),
        Template("thanks", "Gràcies, ho hem anotat."),
    ),
)
