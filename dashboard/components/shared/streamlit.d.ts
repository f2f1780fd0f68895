/** What Streamlit hands to a component's default export: at the mount, and again with every change of data or theme. */
export interface Mounted<Data, Values extends Record<string, unknown> = Record<string, never>> {
  data: Data;
  /** Holds the component's HTML; the same one as long as the component is mounted. */
  parentElement: ShadowRoot;
  /** Keeps a value in the session and reruns the script. */
  setStateValue<Name extends keyof Values>(name: Name, value: Values[Name]): void;
  /** Hands a value to the next run of the script alone. */
  setTriggerValue<Name extends keyof Values>(name: Name, value: Values[Name]): void;
}
