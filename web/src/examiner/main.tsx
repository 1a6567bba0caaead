import { mount } from "../ui/mount";
import { chooseStaffLanguage } from "../ui/staff/messages";
import { Examiner } from "./Examiner";
import { choose } from "./messages";

void mount(<Examiner />, async () => { await Promise.all([choose(), chooseStaffLanguage()]); });
