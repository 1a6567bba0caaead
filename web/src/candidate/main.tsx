import { mount } from "../ui/mount";
import { App } from "./App";
import "./candidate.css";
import { choose } from "./messages";

void mount(<App />, choose);
