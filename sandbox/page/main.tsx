import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "slack-blocks-to-jsx/dist/style.css";
import "./styles/main.css";

const page = document.getElementById("page");
if (!page) throw new Error('index.html has no element with the id "page".');
createRoot(page).render(<App />);
