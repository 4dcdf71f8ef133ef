import { answering } from "./parts/answering.ts";
import { confirmFirst } from "./parts/confirm.ts";
import { copying } from "./parts/copy.ts";
import { dialogs, escape } from "./parts/dialogs.ts";
import { submitOnce } from "./parts/once.ts";
import { requests } from "./parts/requests.ts";
import { shortcuts } from "./parts/shortcuts.ts";
import { walkRows } from "./parts/walk.ts";

// Confirming comes before submit-once: a form that is still being asked about has not gone off.
confirmFirst();
submitOnce();
dialogs();
escape();
shortcuts();
walkRows();
copying();
answering();
requests();
