import { confirmFirst } from "./parts/confirm.ts";
import { submitOnce } from "./parts/once.ts";

confirmFirst();
submitOnce();
