"""Hungarian on the telephone, with Ön."""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.voice.words.form import (
    InboundWords,
    NoticeWords,
    SpokenWords,
    SurveyWords,
)

HELLO = "Jó napot kívánok, itt {company}. Üzenetünk van {name} részére. "

WORDS = SpokenWords(
    again="Nem értettem a választ.",
    keys="nullást/egyest/kettest/hármast/négyest/ötöst/hatost/hetest/nyolcast/kilencest",
    work={
        Kind.INSTALLATION: "beszerelés",
        Kind.MAINTENANCE: "karbantartás",
        Kind.REPAIR: "javítás",
        Kind.DEMONSTRATION: "bemutató",
        Kind.INSPECTION: "ellenőrzés",
    },
    survey=SurveyWords(
        question=(
            "Mennyire elégedett a munkánkkal? Nyomjon meg egy gombot egytől ötig: "
            "az egyes azt jelenti, hogy egyáltalán nem, az ötös azt, hogy nagyon elégedett."
        ),
        comment=(
            "Köszönjük. Ha szeretne még valamit elmondani, mondja el a hangjelzés után, majd "
            "nyomja meg a kettőskeresztet: szavait rögzítjük. Ha nem, csak nyomja meg a "
            "kettőskeresztet."
        ),
        goodbye="Köszönjük. Válaszát megkaptuk. Viszonthallásra.",
        goodbye_low=(
            "Köszönjük. Sajnáljuk, hogy nem voltunk jobbak. Hívni fogjuk Önt. Viszonthallásra."
        ),
        goodbye_unanswered="Nem tartjuk fel tovább. Köszönjük, viszonthallásra.",
    ),
    notice=NoticeWords(
        texts={
            Message.BOOKED: HELLO + "Kollégánk {window} érkezik Önhöz. Tárgy: {work}.",
            Message.REMINDER_DAY: (
                HELLO + "Emlékeztetjük, hogy kollégánk {window} érkezik Önhöz. Tárgy: {work}."
            ),
            Message.REMINDER_HOURS: HELLO + "Kollégánk {window} lesz Önnél. Tárgy: {work}.",
            Message.ON_MY_WAY: (
                HELLO + "Kollégánk úton van Önhöz, várható érkezés: {time} körül. Tárgy: {work}."
            ),
            Message.CHANGED: (
                HELLO + "Az időpontja megváltozott: kollégánk {window} érkezik Önhöz. "
                "A korábbi időpont ez volt: {before}. Tárgy: {work}."
            ),
            Message.CANCELLED: HELLO + "Ezt az időpontot töröltük: {before}. Tárgy: {work}.",
            Message.NO_ACCESS: (
                HELLO + "Kollégánk {time} körül Önnél járt, de nem tudott bejutni. Tárgy: {work}."
            ),
        },
        confirm="A megerősítéshez nyomja meg az egyest.",
        call_me="Ha szeretné, hogy felhívjuk, nyomja meg a kettest.",
        new_time="Új időponthoz nyomja meg a kettest, és felhívjuk Önt.",
        repeat="Az ismétléshez nyomja meg a kilencest.",
        confirmed="Köszönjük. Az időpontot megerősítette. Viszonthallásra.",
        changed="Az időpont közben megváltozott. Hívni fogjuk Önt. Viszonthallásra.",
        will_call="Köszönjük. Hívni fogjuk Önt. Viszonthallásra.",
        goodbye="Köszönjük, viszonthallásra.",
    ),
    inbound=InboundWords(
        welcome="Jó napot kívánok. Ön a következő céget hívta: {company}.",
        this_language="A magyar nyelvhez nyomja meg a következő gombot: {key}.",
        which="Önnek több időpontja van nálunk.",
        one_of="Ehhez az időponthoz: {window}, név: {name}, nyomja meg a következő gombot: {key}.",
        next_visit="Kollégánk {window} érkezik Önhöz. Tárgy: {work}.",
        on_the_way="Kollégánk úton van Önhöz, várható érkezés: {time} körül.",
        no_visit="Ehhez a számhoz nincs időpont nálunk.",
        confirmed_before="Ezt az időpontot Ön már megerősítette.",
        confirm="A megerősítéshez nyomja meg az egyest.",
        move="Más időponthoz nyomja meg a kettest.",
        message="Ha üzenetet hagyna nekünk, nyomja meg a hármast.",
        call_me="Ha szeretné, hogy felhívjuk, nyomja meg a hármast.",
        office="Ha munkatársunkkal beszélne, nyomja meg a nullást.",
        repeat="Az ismétléshez nyomja meg a kilencest.",
        speak=(
            "Kérjük, beszéljen a hangjelzés után, és a végén nyomja meg a kettőskeresztet. "
            "Szavait rögzítjük, hogy intézkedhessünk."
        ),
        nobody_free="Jelenleg senki sem tudja fogadni a hívását.",
        putting_through="Egy pillanat türelmét kérjük, kapcsoljuk munkatársunkat.",
        confirmed="Köszönjük. Az időpontot megerősítette. Viszonthallásra.",
        changed="Az időpont közben megváltozott. Hívni fogjuk Önt. Viszonthallásra.",
        new_time="A látogatás időpontja közben megváltozott.",
        link_sent=(
            "SMS-ben küldünk Önnek egy hivatkozást, ahol másik időpontot választhat. "
            "Köszönjük, viszonthallásra."
        ),
        will_call_about_time=(
            "Hívni fogjuk Önt, hogy másik időpontot egyeztessünk. Köszönjük, viszonthallásra."
        ),
        will_call="Köszönjük. Hívni fogjuk Önt. Viszonthallásra.",
        kept="Köszönjük. Üzenetét megkaptuk, és intézkedni fogunk. Viszonthallásra.",
        goodbye="Köszönjük a hívását. Viszonthallásra.",
        call_again=(
            "Nem látjuk az Ön telefonszámát, ezért nem tudjuk visszahívni. Kérjük, hívjon újra "
            "munkaidőben. Köszönjük, viszonthallásra."
        ),
        trouble=(
            "Elnézését kérjük, most valami nem működik. Kérjük, hívjon újra néhány perc múlva. "
            "Viszonthallásra."
        ),
    ),
)
