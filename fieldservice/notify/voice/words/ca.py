"""Catalan on the telephone, with vostè."""

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind as Message
from fieldservice.notify.voice.words.form import (
    InboundWords,
    NoticeWords,
    SpokenWords,
    SurveyWords,
)

HELLO = "Hola. Li truquem de {company} amb un missatge per a {name}. "

WORDS = SpokenWords(
    again="No l'he entès.",
    keys="el zero/l'u/el dos/el tres/el quatre/el cinc/el sis/el set/el vuit/el nou",
    work={
        Kind.INSTALLATION: "una instal·lació",
        Kind.MAINTENANCE: "un manteniment",
        Kind.REPAIR: "una reparació",
        Kind.DEMONSTRATION: "una demostració",
        Kind.INSPECTION: "una revisió",
    },
    survey=SurveyWords(
        question=(
            "L'ha satisfet la nostra visita? Premi una tecla de l'u al cinc: "
            "l'u és gens, el cinc és molt."
        ),
        comment=(
            "Gràcies. Si ens vol explicar res més, parli després del senyal i premi coixinet: "
            "el que digui queda gravat. Si no, premi coixinet."
        ),
        goodbye="Gràcies. Hem rebut la seva resposta. Adeu.",
        goodbye_low="Gràcies. Ens sap greu que no hagi anat millor. Li trucarem. Adeu.",
        goodbye_unanswered="No l'entretenim més. Gràcies i adeu.",
    ),
    notice=NoticeWords(
        texts={
            Message.BOOKED: HELLO + "Tindrà la nostra visita {window}. Motiu: {work}.",
            Message.REMINDER_DAY: (
                HELLO + "Li recordem que tindrà la nostra visita {window}. Motiu: {work}."
            ),
            Message.REMINDER_HOURS: HELLO + "Serem a casa seva {window}. Motiu: {work}.",
            Message.ON_MY_WAY: (
                HELLO + "El nostre tècnic ja ha sortit i arribarà cap a {time}. Motiu: {work}."
            ),
            Message.CHANGED: (
                HELLO + "La seva visita canvia d'hora: tindrà la nostra visita {window}. "
                "Substitueix la visita prevista per a {before}. Motiu: {work}."
            ),
            Message.CANCELLED: (
                HELLO + "La visita prevista per a {before} queda anul·lada. Motiu: {work}."
            ),
            Message.NO_ACCESS: (
                HELLO + "El nostre tècnic ha passat per casa seva a {time} i no ha pogut entrar. "
                "Motiu: {work}."
            ),
        },
        confirm="Per confirmar la visita, premi l'u.",
        call_me="Si vol que li truquem, premi el dos.",
        new_time="Per a una altra data, premi el dos i li trucarem.",
        repeat="Per tornar-ho a sentir, premi el nou.",
        confirmed="Gràcies. La visita queda confirmada. Adeu.",
        changed="Mentrestant la visita ha canviat. Li trucarem. Adeu.",
        will_call="Gràcies. Li trucarem. Adeu.",
        goodbye="Gràcies i adeu.",
    ),
    inbound=InboundWords(
        welcome="Hola. Ha trucat a {company}.",
        this_language="Per al català, premi {key}.",
        which="Tenim diverses visites al seu nom.",
        one_of="Per a la visita prevista per a {window}, de {name}, premi {key}.",
        next_visit="La seva pròxima visita està prevista per a {window}. Motiu: {work}.",
        on_the_way="El nostre tècnic ja ha sortit i arribarà cap a {time}.",
        no_visit="No tenim cap visita prevista amb aquest número.",
        confirmed_before="Ja l'ha confirmada.",
        confirm="Per confirmar la visita, premi l'u.",
        move="Per canviar l'hora, premi el dos.",
        message="Per deixar-nos un missatge, premi el tres.",
        call_me="Si vol que li truquem, premi el tres.",
        office="Per parlar amb una persona, premi el zero.",
        repeat="Per tornar-ho a sentir, premi el nou.",
        speak=(
            "Parli després del senyal i, quan acabi, premi coixinet. "
            "El que digui queda gravat perquè el puguem atendre."
        ),
        nobody_free="En aquest moment ningú no el pot atendre.",
        putting_through="Un moment, si us plau. Li passem la trucada.",
        confirmed="Gràcies. La visita queda confirmada. Adeu.",
        changed="Mentrestant la visita ha canviat. Li trucarem. Adeu.",
        new_time="Mentrestant ha canviat l'hora de la visita.",
        link_sent=(
            "Li enviem un missatge de text amb un enllaç per triar una altra hora. Gràcies i adeu."
        ),
        will_call_about_time="Li trucarem per acordar una altra hora. Gràcies i adeu.",
        will_call="Gràcies. Li trucarem. Adeu.",
        kept="Gràcies. Hem rebut el seu missatge i ens n'ocuparem. Adeu.",
        goodbye="Gràcies per trucar. Adeu.",
        call_again=(
            "No veiem el seu número i no li podem tornar la trucada. Truqui'ns una altra vegada en "
            "horari d'oficina. Gràcies i adeu."
        ),
        trouble=(
            "Ens sap greu, en aquest moment alguna cosa no funciona. Truqui'ns d'aquí a uns "
            "minuts. Adeu."
        ),
    ),
)
