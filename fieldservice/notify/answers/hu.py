"""Hungarian answers, with Ön."""

from fieldservice.notify.answers.form import Answers, Template

ANSWERS = Answers(
    confirmed="Köszönjük. Időpontja rögzítve: {window}. {company}",
    confirmed_already="Időpontja már rögzítve van: {window}. {company}",
    changed_meanwhile="Időpontja megváltozott: {window}. Megerősítés: 1, módosítás: 2. {company}",
    confirm_which=(
        "Melyik időpontot erősíti meg? {choices}. Válaszoljon a betűvel, vagy: MIND. {company}"
    ),
    move_which="Melyik időpontot módosítaná? {choices}. Válaszoljon a betűvel. {company}",
    stop_whom=(
        "Erre a számra nem küldünk több üzenetet. Kire vonatkozik? {choices}. "
        "Válaszoljon a betűvel, vagy: MIND. {company}"
    ),
    choice="{letter}: {what}",
    choice_joint="; ",
    move="Itt választhat másik időpontot: {link} {company}",
    call_off="Itt lemondhatja vagy módosíthatja az időpontot: {link} {company}",
    nothing_open="Nincs megerősítésre váró időpont. Üzenetét munkatársunk olvassa. {company}",
    help="{company}: üzenetek az időpontjairól. Leiratkozás: LEIRATKOZOM.{call}",
    help_call=" Telefon: {phone}",
    stopped="Nem küldünk több üzenetet. Ha mégis kéri, válasza legyen: FELIRATKOZOM. {company}",
    stays="{names}: továbbra is küldünk üzenetet. {company}",
    started="Ismét küldünk Önnek üzeneteket. {company}",
    templates=(
        Template("call", "Köszönjük üzenetét. Még ma felhívjuk."),
        Template("time", "Itt választhat másik időpontot: {link}"),
        Template("on_time", "Szerelőnk a megbeszélt időben érkezik."),
        Template("late", "Ma kissé késünk. Elnézést kérünk, hamarosan érkezünk."),
        Template("thanks", "Köszönjük, feljegyeztük."),
    ),
)
