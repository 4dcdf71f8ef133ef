"""English wording."""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.wording.form import SurveyPage, Wording

WORDING = Wording(
    day_pattern="EEE d MMM",
    hours="{hours}",
    on_day="{day}, {hours}",
    today="today, {day}, {hours}",
    tomorrow="tomorrow, {day}, {hours}",
    work={
        Kind.INSTALLATION: "installation",
        Kind.MAINTENANCE: "maintenance",
        Kind.REPAIR: "repair",
        Kind.DEMONSTRATION: "demonstration",
        Kind.INSPECTION: "inspection",
    },
    call_us=" or on {phone}",
    texts={
        Message.BOOKED: (
            "{name}: {company} will visit you on {window} ({work}). See or change it: {link}"
        ),
        Message.REMINDER_DAY: "{name}: {company} will visit you {window}. Change it: {link}",
        Message.REMINDER_HOURS: "{name}: {company} will be with you {window}. Details: {link}",
        Message.ON_MY_WAY: (
            "{name}: our technician is on the way and will be with you at about {time} ({work}). "
            "{company}"
        ),
        Message.CHANGED: (
            "{name}: your visit by {company} has a new time: {window} ({work}), instead of "
            "{before}. See or change it: {link}"
        ),
        Message.CANCELLED: (
            "{name}: your visit by {company} on {before} ({work}) is cancelled. "
            "For a new time: {link}{call_us}"
        ),
        Message.NO_ACCESS: (
            "{name}: our technician was at your door at {time} ({work}) and could not get in. "
            "For a new time: {link}{call_us}. {company}"
        ),
        Message.SURVEY_CALL: (
            "Hello. This is {company} about our visit to {name} ({work}). "
            "We have one short question."
        ),
        Message.SURVEY_TEXT: (
            "{name}: how was our visit ({work})? One question, half a minute: {link} "
            "Thank you. {company}"
        ),
        Message.CODE: "{code} is your code for {company}. It is valid for ten minutes.",
        Message.LINK: "{name}: here is your page at {company}: {link}",
    },
    answerable={
        Message.BOOKED: (
            "{name}: {company} will visit you on {window} ({work}). "
            "Reply 1 to confirm, 2 to move. {link}"
        ),
        Message.REMINDER_DAY: (
            "{name}: {company} will visit you {window}. Reply 1 to confirm, 2 to move."
        ),
        Message.REMINDER_HOURS: (
            "{name}: {company} will be with you {window}. Reply 1 to confirm, 2 to move."
        ),
        Message.CHANGED: (
            "{name}: your visit by {company} has a new time: {window} ({work}), instead of "
            "{before}. Reply 1 to confirm, 2 to move. {link}"
        ),
    },
    survey_page=SurveyPage(
        title="How was our visit?",
        about="{work} on {day}",
        question="How satisfied are you with our visit?",
        lowest="not at all satisfied",
        highest="very satisfied",
        comment="Would you like to tell us more?",
        comment_hint="What went well, or what we should put right.",
        optional="optional",
        send="Send",
        choose="The score is missing. Choose one from 1 to 5.",
        thanks="Thank you",
        kept="Your answer has reached us.",
        kept_low="We are sorry that it was not better. We will call you to put it right.",
        too_early="There is nothing to ask about yet. Open this address again after the visit.",
        unknown="This address is not known. Check that it was copied whole.",
        expired="This address is no longer valid. Call us and we will help you.",
        questions="Questions? Call us:",
    ),
)
