import { confirmFirst } from "./parts/confirm.ts";
import { dialogs, escape } from "./parts/dialogs.ts";
import { submitOnce } from "./parts/once.ts";

confirmFirst();
submitOnce();
dialogs();
escape();
