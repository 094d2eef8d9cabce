/** The address of a file that the browser runs apart from the page; Vite builds it. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}
