// The drawings of the sprite, by their lucide names. Add a name here before using icon("…").
export const icons = `
  arrow-down arrow-left arrow-right arrow-up arrow-up-down ban bell boxes briefcase building-2
  calendar calendar-check calendar-clock calendar-sync calendar-x camera car check check-check
  chevron-down chevron-left chevron-right chevron-up circle circle-alert circle-check circle-dashed
  circle-dot circle-question-mark circle-x clipboard-check clock cloud-upload coffee cog contact copy
  door-closed download ellipsis ellipsis-vertical euro external-link eye eye-off file-text filter flag
  frown gauge gavel git-compare-arrows globe graduation-cap grip-vertical hand history hourglass house
  inbox info key-round keyboard layout-dashboard lightbulb link list lock lock-open log-out mail map
  map-pin meh menu message-square minus monitor-play navigation package package-plus paperclip pause
  pencil phone phone-call pin play plus presentation printer qr-code receipt refresh-cw repeat route
  scale search send settings-2 shield-check shopping-cart signature sliders-horizontal smile sparkles
  square star store thumbs-down thumbs-up timer-off trash-2 triangle-alert truck undo-2 upload
  user-round users utensils wallet warehouse wifi-off wrench x zap
`.trim().split(/\s+/);
