import { useRoute } from "../ui/route";
import { Shell } from "../ui/staff/Shell";
import { PREFIX } from "./prefix";
import { RecordingPage } from "./RecordingPage";
import { RoomPage } from "./RoomPage";
import { Rooms } from "./Rooms";
import "./proctor.css";

export function Proctor() {
  const [path, go] = useRoute(PREFIX);
  const recording = /^\/rooms\/([^/]+)\/seats\/([^/]+)\/recording\/?$/.exec(path);
  const roomId = /^\/rooms\/([^/]+)\/?$/.exec(path)?.[1];
  return (
    <Shell area="proctor" places={[]} go={go}>
      {recording?.[1] && recording[2] ? <RecordingPage key={path} roomId={recording[1]} seatId={recording[2]} go={go} />
        : roomId ? <RoomPage key={roomId} roomId={roomId} go={go} /> : <Rooms go={go} />}
    </Shell>
  );
}
