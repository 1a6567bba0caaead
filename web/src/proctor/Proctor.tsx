import { useRoute } from "../ui/route";
import { Shell } from "../ui/staff/Shell";
import { PREFIX } from "./prefix";
import { RoomPage } from "./RoomPage";
import { Rooms } from "./Rooms";
import "./proctor.css";

export function Proctor() {
  const [path, go] = useRoute(PREFIX);
  const roomId = /^\/rooms\/([^/]+)\/?$/.exec(path)?.[1];
  return (
    <Shell area="proctor" places={[]} go={go}>
      {roomId ? <RoomPage key={roomId} roomId={roomId} go={go} /> : <Rooms go={go} />}
    </Shell>
  );
}
