import { Component, type ReactNode } from "react";

interface Props {
  /** Shown instead of a part that could not be loaded or drawn. */
  fallback: ReactNode;
  children: ReactNode;
}

/** Keeps a fault in one part from taking the whole page away. */
export class Boundary extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}
