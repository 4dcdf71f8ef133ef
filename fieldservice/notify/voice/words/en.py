"""English on the telephone."""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.voice.words.form import (
    InboundWords,
    NoticeWords,
    SpokenWords,
    SurveyWords,
)

HELLO = "Hello. This is {company} with a message for {name}. "

WORDS = SpokenWords(
    again="I did not understand that.",
    keys="zero/one/two/three/four/five/six/seven/eight/nine",
    work={
        Kind.INSTALLATION: "an installation",
        Kind.MAINTENANCE: "maintenance",
        Kind.REPAIR: "a repair",
        Kind.DEMONSTRATION: "a demonstration",
        Kind.INSPECTION: "an inspection",
    },
    survey=SurveyWords(
        question=(
            "How satisfied are you with our visit? Press a key from one to five: "
            "one is not at all, five is very satisfied."
        ),
        comment=(
            "Thank you. If you would like to tell us more, speak after the tone and then press "
            "hash: what you say is recorded. Otherwise, just press hash."
        ),
        goodbye="Thank you. Your answer has reached us. Goodbye.",
        goodbye_low="Thank you. We are sorry that it was not better. We will call you. Goodbye.",
        goodbye_unanswered="We will not keep you any longer. Thank you and goodbye.",
    ),
    notice=NoticeWords(
        texts={
            Message.BOOKED: HELLO + "We will visit you {window}. It is about: {work}.",
            Message.REMINDER_DAY: HELLO + "We will visit you {window}. It is about: {work}.",
            Message.REMINDER_HOURS: HELLO + "We will be with you {window}. It is about: {work}.",
            Message.ON_MY_WAY: (
                HELLO + "Our technician is on the way and will be with you at about {time}. "
                "It is about: {work}."
            ),
            Message.CHANGED: (
                HELLO + "Your visit has a new time: we will come {window}. "
                "This replaces the visit {before}. It is about: {work}."
            ),
            Message.CANCELLED: HELLO + "Your visit {before} is cancelled. It was about: {work}.",
            Message.NO_ACCESS: (
                HELLO + "Our technician was at your door at {time} and could not get in. "
                "It was about: {work}."
            ),
        },
        confirm="To confirm the visit, press one.",
        call_me="If you would like us to call you, press two.",
        new_time="For a new time, press two, and we will call you.",
        repeat="To hear this again, press nine.",
        confirmed="Thank you. The visit is confirmed. Goodbye.",
        changed="The visit has changed meanwhile. We will call you. Goodbye.",
        will_call="Thank you. We will call you. Goodbye.",
        goodbye="Thank you and goodbye.",
    ),
    inbound=InboundWords(
        welcome="Hello. You have reached {company}.",
        this_language="For English, press {key}.",
        which="We have several visits noted for you.",
        one_of="For the visit {window}, for {name}, press {key}.",
        next_visit="Your next visit is {window}. It is about: {work}.",
        on_the_way="Our technician is on the way and will be with you at about {time}.",
        no_visit="We have no visit noted for this number.",
        confirmed_before="You have confirmed it already.",
        confirm="To confirm the visit, press one.",
        move="For another time, press two.",
        message="To leave us a message, press three.",
        call_me="If you would like us to call you, press three.",
        office="To speak to somebody, press zero.",
        repeat="To hear this again, press nine.",
        speak=(
            "Please speak after the tone and press hash when you have finished. "
            "What you say is recorded, so that we can see to it."
        ),
        nobody_free="Nobody can take your call at this moment.",
        putting_through="One moment, please. We are putting you through.",
        confirmed="Thank you. The visit is confirmed. Goodbye.",
        changed="The visit has changed meanwhile. We will call you. Goodbye.",
        new_time="The time of your visit has changed meanwhile.",
        link_sent=(
            "We are sending you a text with a link. There you can choose another time. "
            "Thank you and goodbye."
        ),
        will_call_about_time="We will call you to agree on another time. Thank you and goodbye.",
        will_call="Thank you. We will call you. Goodbye.",
        kept="Thank you. Your message has reached us, and we will see to it. Goodbye.",
        goodbye="Thank you for calling. Goodbye.",
        call_again=(
            "We cannot see your number, so we cannot call you back. Please call again during "
            "office hours. Thank you and goodbye."
        ),
        trouble=(
            "We are sorry, something is not working at this moment. Please call again in a few "
            "minutes. Goodbye."
        ),
    ),
)
