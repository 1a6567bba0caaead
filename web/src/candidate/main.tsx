import { mount } from "../ui/mount";
import { choose, t } from "./messages";

void mount(<main className="page">{t("app.title")}</main>, choose);
