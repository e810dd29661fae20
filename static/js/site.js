// What every public page does. In production this is one file: portal/static_storage.py puts the parts in.
import "./clock.js";
import "./reading-tools.js";
import "./search-box.js";
