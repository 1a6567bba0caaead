import { Boundary } from "../ui/Boundary";
import { mount } from "../ui/mount";
import { App } from "./App";
import "./candidate.css";
import { choose } from "./messages";
import { NotLoaded } from "./NotLoaded";

void mount(<Boundary fallback={<NotLoaded />}><App /></Boundary>, choose);
