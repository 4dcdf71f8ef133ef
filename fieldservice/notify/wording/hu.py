"""Hungarian wording, with Ön."""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.wording.form import SurveyPage, Wording

WORDING = Wording(
    day_pattern="MMM d., EEEE",
    hours="{hours} óra",
    on_day="{day}, {hours}",
    today="ma, {day}, {hours}",
    tomorrow="holnap, {day}, {hours}",
    work={
        Kind.INSTALLATION: "beszerelés",
        Kind.MAINTENANCE: "karbantartás",
        Kind.REPAIR: "javítás",
        Kind.DEMONSTRATION: "bemutató",
        Kind.INSPECTION: "ellenőrzés",
    },
    call_us=" vagy telefonon: {phone}",
    texts={
        Message.BOOKED: ("{name}: időpontja {window} ({work}). {company}: {link}"),
        Message.REMINDER_DAY: "{name}: időpontja {window}. {company}: {link}",
        Message.REMINDER_HOURS: "{name}: időpontja {window}. {company}: {link}",
        Message.ON_MY_WAY: (
            "{name}: szerelőnk úton van Önhöz, várható érkezés: {time} ({work}). {company}"
        ),
        Message.CHANGED: (
            "{name}: új időpontja {window} ({work}). Korábban: {before}. {company}: {link}"
        ),
        Message.CANCELLED: (
            "{name}: időpontját ({before}, {work}) töröltük. {company}. Új időpont: {link}{call_us}"
        ),
        Message.NO_ACCESS: (
            "{name}: szerelőnk {time}-kor Önnél járt ({work}), de nem tudott bejutni. "
            "Új időpont: {link}{call_us}. {company}"
        ),
        Message.SURVEY_CALL: (
            "Jó napot kívánok, itt {company}. Munkánk miatt keressük: {name}, {work}. "
            "Egyetlen rövid kérdésünk van."
        ),
        Message.SURVEY_TEXT: (
            "{name}: hogyan értékeli munkánkat ({work})? {link} Köszönjük. {company}"
        ),
        Message.CODE: "{company}: az Ön kódja {code}. Tíz percig érvényes.",
        Message.LINK: "{name}: az Ön oldala itt van ({company}): {link}",
    },
    answerable={
        Message.BOOKED: (
            "{name}: időpontja {window} ({work}). Válasz: 1 megfelel, 2 módosítás. "
            "{company}: {link}"
        ),
        Message.REMINDER_DAY: (
            "{name}: időpontja {window}. Válasz: 1 megfelel, 2 módosítás. {company}"
        ),
        Message.REMINDER_HOURS: (
            "{name}: időpontja {window}. Válasz: 1 megfelel, 2 módosítás. {company}"
        ),
        Message.CHANGED: (
            "{name}: új időpontja {window} ({work}). Korábban: {before}. "
            "Válasz: 1 megfelel, 2 módosítás. {company}: {link}"
        ),
    },
    survey_page=SurveyPage(
        title="Hogyan értékeli munkánkat?",
        about="{work}, {day}",
        question="Mennyire elégedett a munkánkkal?",
        lowest="egyáltalán nem",
        highest="nagyon elégedett",
        comment="Szeretne még valamit elmondani?",
        comment_hint="Ami jól sikerült, vagy amit jóvá kell tennünk.",
        optional="nem kötelező",
        send="Küldés",
        choose="Hiányzik az értékelés. Válasszon 1 és 5 között.",
        thanks="Köszönjük",
        kept="Válaszát megkaptuk.",
        kept_low="Sajnáljuk, hogy nem voltunk jobbak. Hívni fogjuk Önt, hogy jóvá tegyük.",
        too_early="Még nincs miről kérdeznünk. Nyissa meg ezt a hivatkozást a látogatás után.",
        unknown="Ezt a hivatkozást nem ismerjük. Ellenőrizze, hogy teljes-e.",
        expired="Ez a hivatkozás már nem érvényes. Hívjon minket, és segítünk.",
        questions="Kérdése van? Hívjon minket:",
    ),
)
