"""Streets and villages of the seven parishes with their true points.

Names and points © OpenStreetMap contributors.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parish:
    """A municipality with its own point and some of its streets."""

    name: str
    postcode: str
    lat: float
    lon: float
    streets: tuple[tuple[str, float, float], ...]


PARISHES = (
    Parish(
        "Andorra la Vella",
        "AD500",
        42.50694,
        1.52125,
        (
            ("Carrer Dr. Vilanova", 42.50662, 1.52162),
            ("Avinguda del Príncep Benlloch", 42.50747, 1.52152),
            ("Carrer de la Vinyeta", 42.50741, 1.52311),
            ("Plaça Guillemó", 42.50808, 1.52151),
            ("Carrer La Llacuna", 42.50807, 1.5222),
            ("Carrer de la Vall", 42.50705, 1.51985),
            ("Carrer Mossèn Cinto Verdaguer", 42.50827, 1.5231),
            ("Carrer del Tossal", 42.50652, 1.51953),
            ("Carrer de la Grau", 42.50527, 1.5201),
            ("Carrer Prada Casadet", 42.50524, 1.52359),
            ("Carrer Prat de la Creu", 42.50702, 1.52495),
            ("La Margineda", 42.48701, 1.4914),
        ),
    ),
    Parish(
        "Escaldes-Engordany",
        "AD700",
        42.509,
        1.54041,
        (
            ("Plaça Coprínceps", 42.50917, 1.5394),
            ("Carrer Prat Gran", 42.50953, 1.53963),
            ("Carrer Pare Enric Graner", 42.50819, 1.53877),
            ("Carrer Ciutat de Sabadell", 42.50867, 1.53791),
            ("Carrer de les Boïgues", 42.50788, 1.53962),
            ("Avinguda Carlemany", 42.50871, 1.54157),
            ("Carrer Josep Viladomat", 42.51149, 1.53832),
            ("Carrer Paraires", 42.50939, 1.53534),
            ("Carrer d'Engordany", 42.50891, 1.54276),
            ("Els Vilars", 42.51683, 1.54138),
            ("Engolasters", 42.51051, 1.55923),
        ),
    ),
    Parish(
        "Encamp",
        "AD200",
        42.53598,
        1.58368,
        (
            ("Carrer dels Cavallers", 42.53542, 1.58521),
            ("Camí de l'Arena", 42.53397, 1.5819),
            ("Avinguda de Joan Martí", 42.53389, 1.58048),
            ("Carrer del Predal", 42.53569, 1.57783),
            ("Carrer de la Ciutat Pubilla", 42.53759, 1.58768),
            ("Carrer dels Avellaners", 42.53276, 1.58582),
            ("Carrer de la Plana", 42.53177, 1.58981),
            ("Vila", 42.53185, 1.56662),
            ("Les Bons", 42.53852, 1.58447),
            ("Pas de la Casa", 42.54471, 1.73349),
        ),
    ),
    Parish(
        "Canillo",
        "AD100",
        42.56683,
        1.59776,
        (
            ("Carrer Perdut", 42.56674, 1.59975),
            ("Carrer Major", 42.56718, 1.59868),
            ("Carrer Prat del Riu", 42.56539, 1.59784),
            ("Prats", 42.56056, 1.59366),
            ("Meritxell", 42.55363, 1.59064),
            ("Ransol", 42.58168, 1.63748),
            ("L'Aldosa de Canillo", 42.57956, 1.62781),
            ("El Tarter", 42.58033, 1.6497),
            ("Sant Pere", 42.5785, 1.65316),
            ("Soldeu", 42.57689, 1.66827),
        ),
    ),
    Parish(
        "La Massana",
        "AD400",
        42.5442,
        1.51638,
        (
            ("Carrer de Josep Rossell", 42.54481, 1.51505),
            ("Plaça de les Fontetes", 42.54619, 1.51459),
            ("Carrer de les Escoles", 42.54333, 1.51468),
            ("Carrer dels Hortals", 42.54764, 1.5125),
            ("Carrer Josep Areny", 42.54154, 1.51755),
            ("Anyós", 42.53436, 1.52548),
            ("Sispony", 42.53387, 1.51563),
            ("Erts", 42.56149, 1.49659),
            ("Arinsal", 42.57208, 1.4844),
            ("Pal", 42.5458, 1.47598),
            ("Xixerella", 42.55312, 1.48787),
        ),
    ),
    Parish(
        "Ordino",
        "AD300",
        42.55615,
        1.53349,
        (
            ("La Placeta", 42.55677, 1.53346),
            ("Carrer de l'Anglada", 42.55528, 1.53207),
            ("Carrer del Puiet", 42.55598, 1.53626),
            ("Carrer Casamanya", 42.55474, 1.53639),
            ("Segudet", 42.55706, 1.53806),
            ("Sornàs", 42.56493, 1.5274),
            ("Ansalonga", 42.56902, 1.52215),
            ("La Cortinada", 42.57557, 1.51934),
            ("Arans", 42.58253, 1.51807),
            ("Llorts", 42.59626, 1.52618),
            ("El Serrat", 42.61958, 1.5389),
        ),
    ),
    Parish(
        "Sant Julià de Lòria",
        "AD600",
        42.46666,
        1.49206,
        (
            ("Plaça de la Germandat", 42.46497, 1.49102),
            ("Plaça Major", 42.46321, 1.49109),
            ("Avinguda Rocafort", 42.46747, 1.49226),
            ("Carrer Carvajal de Hué", 42.46815, 1.49329),
            ("Carrer Francesc Escudé", 42.46887, 1.49454),
            ("Aixovall", 42.47698, 1.48875),
            ("Bixessarri", 42.48363, 1.45668),
            ("Juberri", 42.43917, 1.49178),
            ("Nagol", 42.47051, 1.49959),
            ("Fontaneda", 42.45431, 1.46402),
        ),
    ),
)
