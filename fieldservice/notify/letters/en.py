"""English letters."""

from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.letters.form import LetterWords, OptOutPage

VISIT = "We will visit you on {window}. It is about: {work}."

WORDS = LetterWords(
    locale="en_GB",
    between="{day}, between {start} and {end}",
    at="{day} at {start}",
    greeting="Dear {name},",
    closing="Kind regards",
    subjects={
        Message.BOOKED: "Your visit on {day}",
        Message.REMINDER_DAY: "Reminder: our visit on {day}",
        Message.REMINDER_HOURS: "Reminder: our visit today",
        Message.ON_MY_WAY: "Our technician is on the way",
        Message.CHANGED: "Your visit has a new time: {day}",
        Message.CANCELLED: "Your visit on {day} is cancelled",
        Message.NO_ACCESS: "We could not get in",
        Message.SURVEY_TEXT: "How was our visit?",
        Message.LINK: "Your page at {company}",
    },
    texts={
        Message.BOOKED: VISIT,
        Message.REMINDER_DAY: VISIT,
        Message.REMINDER_HOURS: VISIT,
        Message.ON_MY_WAY: (
            "Our technician is on the way and will be with you at about {time}. "
            "It is about: {work}."
        ),
        Message.CHANGED: (
            "Your visit has a new time: {window}. It replaces {before}. It is about: {work}."
        ),
        Message.CANCELLED: "Your visit on {before} is cancelled. It was about: {work}.",
        Message.NO_ACCESS: (
            "Our technician was at your door at {time} and could not get in. It was about: {work}."
        ),
        Message.SURVEY_TEXT: (
            "We have visited you ({work}) and would like to know how it went. "
            "It is one question and takes half a minute."
        ),
        Message.LINK: "Here is your page, with all your visits.",
    },
    on_paper={
        Message.BOOKED: "Your visit",
        Message.REMINDER_DAY: "Reminder of our visit",
        Message.CHANGED: "A new time for your visit",
        Message.CANCELLED: "Your visit is cancelled",
        Message.NO_ACCESS: "We could not get in",
    },
    our_page="See, move or cancel it here:",
    new_time="For a new time:",
    question="Answer here:",
    call_us="If you have a question or the time does not suit you, call us on {phone}.",
    by_mail_because=(
        "{company} writes to this address about your visits. To get no more e-mail from us:"
    ),
    opt_out=OptOutPage(
        title="No more e-mail?",
        lead="Messages about your visits will reach you another way, if we know one.",
        stop="Stop the e-mails",
        stopped="No more e-mail",
        stopped_lead="We will not write to {email} any more.",
        unknown="This address is not known. Check that it was copied whole.",
    ),
)
