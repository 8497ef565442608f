/** Who calls, as the transport has made sure: a document that holds a capability of the panel's. */
export interface PanelCaller {
  readonly panel: string;
}
