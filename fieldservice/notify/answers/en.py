"""English answers."""

from fieldservice.notify.answers.form import Answers, Template

ANSWERS = Answers(
    confirmed="Thank you. Your visit {window} is confirmed. {company}",
    confirmed_already="Your visit {window} is confirmed already. {company}",
    changed_meanwhile=(
        "Your visit has a new time: {window}. Reply 1 to confirm it, 2 to change. {company}"
    ),
    confirm_which="Which visit do you confirm? {choices}. Reply with the letter, or ALL. {company}",
    move_which="Which visit do you want to move? {choices}. Reply with the letter. {company}",
    stop_whom=(
        "No more texts to this number. For whom is that meant? {choices}. "
        "Reply with the letter, or ALL. {company}"
    ),
    choice="{letter}: {what}",
    choice_joint="; ",
    move="Choose another time here: {link} {company}",
    call_off="Here you can cancel the visit or choose another time: {link} {company}",
    nothing_open="No visit waits for your answer. Your message is with our office. {company}",
    help="{company}: texts about your visits. Reply STOP for no more texts.{call}",
    help_call=" Call us: {phone}",
    stopped="You will get no more texts from {company}. Reply START for texts again.",
    stays="{names}: texts go on. {company}",
    started="You will get our texts again. {company}",
    templates=(
        Template("call", "Thank you for your message. We will call you today."),
        Template("time", "You can choose another time for your visit here: {link}"),
        Template("on_time", "Your technician will come as agreed."),
        Template("late", "We are running a little late today. We are sorry and will come soon."),
        Template("thanks", "Thank you, we have noted it."),
    ),
)
