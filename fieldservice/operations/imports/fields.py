"""What a list can say, and the headings it is said under in English, Spanish and Catalan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fieldservice.models.imports import ImportKind
from fieldservice.operations.customers.folding import fold


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row can say, its name for people, and the headings that mean it."""

    name: str
    title: str
    headings: frozenset[str]


def _field(name: str, title: str, headings: str) -> Field:
    words = [name.replace("_", " "), title, *headings.split("|")]
    return Field(name, title, frozenset(fold(word) for word in words))


_PERSON = (
    _field(
        "customer",
        "Customer",
        "client|cliente|customer name|nom del client|nombre del cliente|nom client|nombre cliente"
        "|nom|nombre|name|nom i cognoms|nombre y apellidos|titular|abonat",
    ),
    _field(
        "customer_id",
        "Customer number",
        "customer no|customer code|account|núm client|número de client|codi client|num client"
        "|nº cliente|número de cliente|código cliente|cod cliente|id client|id cliente|ref client",
    ),
    _field(
        "contact",
        "Contact",
        "contact name|contacte|persona de contacte|contacto|persona de contacto|interlocutor",
    ),
    _field("phone", "Phone", "tel|telephone|telèfon|teléfono|tlf|tfno|telf|landline|fix|fijo"),
    _field("mobile", "Mobile", "mobile phone|cell|mòbil|móvil|telèfon mòbil|teléfono móvil"),
    _field("email", "E-mail", "mail|email|correu|correu electrònic|correo|correo electrónico"),
    _field("language", "Language", "idioma|llengua|lengua|lang"),
    _field(
        "contact_by",
        "Contact by",
        "reach by|preferred contact|contactar per|contacte per|com contactar|canal de contacte"
        "|contactar por|contacto por|cómo contactar|canal de contacto|értesítés módja"
        "|elérés módja|kapcsolattartás módja",
    ),
    _field("street", "Street", "carrer|calle|street address|via|direcció|dirección|domicili"),
    _field(
        "address",
        "Whole address",
        "full address|adreça completa|adreça|dirección completa|domicilio completo",
    ),
    _field("postcode", "Postcode", "zip|postal code|codi postal|código postal|cp|c p"),
    _field(
        "municipality",
        "Municipality",
        "town|city|parish|village|municipi|població|parròquia|poble|localitat|municipio|población"
        "|localidad|ciudad|parroquia|ciutat",
    ),
    _field("lat", "Latitude", "latitud|y"),
    _field("lon", "Longitude", "lng|long|longitud|x"),
    _field(
        "point",
        "Coordinates",
        "gps|location|map|map link|coordenades|coordenadas|ubicació|ubicación|mapa|enllaç mapa",
    ),
    _field(
        "access_notes",
        "Access notes",
        "access|how to get in|accés|notes d'accés|acceso|notas de acceso|com entrar|clau|portal",
    ),
)

_VISIT = (
    _field(
        "reference",
        "Reference",
        "ref|order|work order|order no|number|referència|núm ordre|ordre|ordre de treball"
        "|referencia|nº orden|orden|orden de trabajo|ot|núm avís|avís|aviso|parte|nº parte|id",
    ),
    _field(
        "kind",
        "Kind of work",
        "type|kind|tipus|tipus de visita|tipo|tipo de visita|servei|servicio",
    ),
    _field(
        "summary",
        "What is to be done",
        "description|summary|descripció|descripción|motiu|motivo|feina|trabajo|avaria|problema",
    ),
    _field("priority", "Priority", "urgency|prioritat|prioridad|urgència|urgencia"),
    _field(
        "duration",
        "Duration",
        "minutes|min|durada|durada min|durada minuts|minuts|duración|duración min|minutos|temps"
        "|tiempo|duration min|durada prevista|duración prevista",
    ),
    _field(
        "day",
        "Day",
        "date|appointment date|data|dia|data visita|data cita|fecha|día|fecha visita|fecha cita",
    ),
    _field(
        "window",
        "Arrival window",
        "window|time|hour|slot|franja|franja horària|hora|horari|franja horaria|horario|hora cita",
    ),
    _field("starts", "From", "start|hora inici|des de|inici|hora inicio|desde|inicio|hora desde"),
    _field("ends", "Until", "to|end|hora fi|fins|fins a|fi|hora fin|hasta|fin|hora hasta"),
    _field(
        "promised",
        "Promised",
        "confirmed|confirmat|confirmada|promesa|confirmado|confirmada|promès|prometido|concertada",
    ),
    _field("earliest", "Not before", "earliest|from date|a partir de|no abans de|no antes de"),
    _field("latest", "Not after", "latest|no després de|no después de|abans de|antes de"),
    _field("due_on", "Due date", "due|deadline|sla|venciment|data límit|vencimiento|fecha límite"),
    _field(
        "technician",
        "Technician",
        "tech|engineer|tècnic|tècnica|operari|técnico|operario|assigned to",
    ),
    _field(
        "serial",
        "Serial number",
        "serial|serial no|núm sèrie|número de sèrie|sèrie|nº serie|número de serie|serie",
    ),
    _field(
        "skills",
        "Skills asked for",
        "skills|habilitats|competències|habilidades|competencias|especialitat|especialidad",
    ),
    _field(
        "remarks",
        "Remarks",
        "notes|comments|observacions|observaciones|comentaris|comentarios|nota|notas",
    ),
)

_WEEK = (
    _field("monday", "Monday", "mon|dilluns|dl|lunes|lun"),
    _field("tuesday", "Tuesday", "tue|dimarts|dt|martes|mar"),
    _field("wednesday", "Wednesday", "wed|dimecres|dc|miércoles|mie"),
    _field("thursday", "Thursday", "thu|dijous|dj|jueves|jue"),
    _field("friday", "Friday", "fri|divendres|dv|viernes|vie"),
    _field("saturday", "Saturday", "sat|dissabte|ds|sábado|sab"),
    _field("sunday", "Sunday", "sun|diumenge|dg|domingo|dom"),
)
WEEKDAYS = tuple(field.name for field in _WEEK)

_TECHNICIAN = (
    _field(
        "name",
        "Name",
        "technician|nom|tècnic|tècnica|nom i cognoms|nombre|técnico|nombre y apellidos",
    ),
    _field("external_id", "Staff number", "employee no|núm empleat|codi|nº empleado|código|id"),
    *(
        field
        for field in _PERSON
        if field.name in {"phone", "mobile", "lat", "lon", "point", "postcode"}
    ),
    _field("street", "Home street", "home|street|casa|carrer|calle|domicili|domicilio"),
    _field("address", "Home address", "address|adreça|dirección"),
    *(field for field in _PERSON if field.name == "municipality"),
    _field(
        "skills",
        "Skills",
        "habilitats|competències|habilidades|competencias|especialitats|especialidades",
    ),
    _field(
        "hours",
        "Weekly hours",
        "hours|working hours|horari|horari setmanal|horario|horario semanal",
    ),
    *_WEEK,
    _field("starts", "Starts", "start|from|entrada|hora entrada|inici|inicio"),
    _field("ends", "Ends", "end|until|sortida|hora sortida|fi|salida|hora salida|fin"),
    _field("lunch", "Lunch", "lunch break|dinar|pausa|comida|almuerzo|pausa dinar"),
    _field(
        "lunch_minutes", "Minutes of lunch", "lunch min|minuts dinar|durada dinar|minutos comida"
    ),
    _field("overtime", "Overtime minutes", "overtime|hores extra|minuts extra|horas extra"),
    _field("trainee", "Trainee", "apprentice|aprenent|en pràctiques|aprendiz|en prácticas"),
    _field("rides_with", "Rides with", "van of|va amb|acompanya|va con|acompaña"),
)

_ASSET = (
    _field(
        "serial",
        "Serial number",
        "serial|serial no|núm sèrie|número de sèrie|sèrie|nº serie|número de serie|serie",
    ),
    _field("product", "Product", "model|producte|modelo|producto|aparell|aparato|equip|equipo"),
    _field("brand", "Brand", "make|manufacturer|marca|fabricant|fabricante"),
    _field("external_id", "Asset number", "asset no|codi equip|código equipo|id"),
    *(
        field
        for field in _PERSON
        if field.name
        in {"customer", "customer_id", "phone", "mobile", "street", "address", "municipality"}
    ),
    _field(
        "invoiced_on",
        "Invoice date",
        "invoiced|data factura|factura|fecha factura|data compra|fecha compra",
    ),
    _field(
        "installed_on",
        "Installed",
        "installation date|data instal·lació|instal·lat|fecha instalación|instalado",
    ),
    _field(
        "warranty_until",
        "Warranty until",
        "warranty end|garantia fins|fi garantia|garantía hasta|fin garantía",
    ),
    _field(
        "warranty_months",
        "Warranty months",
        "warranty|garantia|garantia mesos|garantía|garantía meses|meses garantía",
    ),
)

_PLACE = (
    _field(
        "place",
        "Place",
        "name|municipality|town|parish|nom|municipi|població|parròquia|poble|nombre|municipio|población|localidad|parroquia|lloc|lugar",
    ),
    *(field for field in _PERSON if field.name in {"postcode", "lat", "lon", "point"}),
)

FIELDS: dict[ImportKind, tuple[Field, ...]] = {
    ImportKind.VISITS: (*_VISIT, *_PERSON),
    ImportKind.TECHNICIANS: _TECHNICIAN,
    ImportKind.CUSTOMERS: (
        *_PERSON,
        _field("note", "Note", "notes|observacions|observaciones|nota|remarks|comentaris"),
    ),
    ImportKind.ASSETS: _ASSET,
    ImportKind.PLACES: _PLACE,
}

NEEDED: dict[ImportKind, tuple[tuple[str, ...], ...]] = {
    ImportKind.VISITS: (("customer",), ("kind",), ("street", "address")),
    ImportKind.TECHNICIANS: (
        ("name",),
        ("hours", "starts", *WEEKDAYS),
        ("point", "lat", "municipality", "address"),
    ),
    ImportKind.CUSTOMERS: (("customer",), ("street", "address")),
    ImportKind.ASSETS: (("product",), ("customer", "customer_id", "phone", "mobile")),
    ImportKind.PLACES: (("place",), ("point", "lat")),
}
"""Of each group, one at least must have a column."""


@cache
def known_headings(kind: ImportKind) -> frozenset[str]:
    """Every heading that is understood for this kind of list, folded."""
    return frozenset(word for field in FIELDS[kind] for word in field.headings)


def field_titled(kind: ImportKind, name: str) -> str:
    """The field's name for people."""
    return next((field.title for field in FIELDS[kind] if field.name == name), name)
