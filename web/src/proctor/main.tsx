import { mount } from "../ui/mount";
import { chooseStaffLanguage } from "../ui/staff/messages";
import { choose } from "./messages";
import { Proctor } from "./Proctor";

void mount(<Proctor />, async () => { await Promise.all([choose(), chooseStaffLanguage()]); });
