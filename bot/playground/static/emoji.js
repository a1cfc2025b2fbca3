// Emoji by Slack's names: what people and incident bots use most. The server may know more.
import { session } from "./session.js";

const TABLE = `
smile 😄 smiley 😃 grinning 😀 grin 😁 joy 😂 rofl 🤣 slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 blush 😊 heart_eyes 😍 kissing_heart 😘
thinking_face 🤔 neutral_face 😐 expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷
sunglasses 😎 nerd_face 🤓 confused 😕 worried 😟 open_mouth 😮 astonished 😲 flushed 😳 fearful 😨 cold_sweat 😰 cry 😢 sob 😭 scream 😱 weary 😩 tired_face 😫
triumph 😤 rage 😡 angry 😠 exploding_head 🤯 partying_face 🥳 melting_face 🫠 saluting_face 🫡 skull 💀 robot_face 🤖 ghost 👻 see_no_evil 🙈
wave 👋 raised_hand ✋ ok_hand 👌 v ✌️ crossed_fingers 🤞 point_left 👈 point_right 👉 point_up 👆 point_down 👇 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊
clap 👏 raised_hands 🙌 open_hands 👐 handshake 🤝 pray 🙏 muscle 💪 eyes 👀 brain 🧠 shrug 🤷 facepalm 🤦 woman_technologist 👩‍💻 firefighter 🧑‍🚒
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔 sparkling_heart 💖 100 💯 boom 💥 sparkles ✨ star ⭐ star2 🌟 zap ⚡ fire 🔥
tada 🎉 performing_arts 🎭 confetti_ball 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 first_place_medal 🥇 dart 🎯 rocket 🚀 airplane ✈️ ship 🚢 ambulance 🚑 fire_engine 🚒 police_car 🚓 construction 🚧
rotating_light 🚨 fire_extinguisher 🧯 sos 🆘 warning ⚠️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 x ❌ o ⭕ heavy_check_mark ✔️ white_check_mark ✅ ballot_box_with_check ☑️
question ❓ grey_question ❔ exclamation ❗ heavy_exclamation_mark ❗ bangbang ‼️ information_source ℹ️ heavy_plus_sign ➕ heavy_minus_sign ➖ recycle ♻️
red_circle 🔴 large_orange_circle 🟠 orange_circle 🟠 large_yellow_circle 🟡 yellow_circle 🟡 large_green_circle 🟢 green_circle 🟢 large_blue_circle 🔵 blue_circle 🔵 large_purple_circle 🟣 purple_circle 🟣
white_circle ⚪ black_circle ⚫ large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦 white_large_square ⬜ black_large_square ⬛
large_blue_diamond 🔷 large_orange_diamond 🔶 small_red_triangle 🔺 small_red_triangle_down 🔻 arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️
arrows_counterclockwise 🔄 arrow_forward ▶️ fast_forward ⏩ rewind ⏪ double_vertical_bar ⏸️ black_square_for_stop ⏹️ leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️
hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ clock1 🕐 clock3 🕒 clock9 🕘 calendar 📆 date 📅 spiral_calendar_pad 🗓️
memo 📝 pencil ✏️ pencil2 ✏️ clipboard 📋 pushpin 📌 round_pushpin 📍 paperclip 📎 link 🔗 bookmark 🔖 book 📖 books 📚 notebook 📓 page_facing_up 📄 scroll 📜 newspaper 📰
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️ inbox_tray 📥 outbox_tray 📤 package 📦 mailbox 📫 email ✉️
bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 speech_balloon 💬 thought_balloon 💭 telephone_receiver 📞 phone ☎️ iphone 📱 pager 📟 satellite_antenna 📡 satellite 🛰️ tv 📺 computer 💻 desktop_computer 🖥️ keyboard ⌨️ printer 🖨️ floppy_disk 💾 cd 💿
hammer_and_wrench 🛠️ hammer 🔨 wrench 🔧 gear ⚙️ nut_and_bolt 🔩 toolbox 🧰 adhesive_bandage 🩹 pill 💊 syringe 💉 stethoscope 🩺 microscope 🔬 test_tube 🧪 bug 🐛 beetle 🐞 ladybug 🐞
lock 🔒 unlock 🔓 closed_lock_with_key 🔐 key 🔑 shield 🛡️ mag 🔍 mag_right 🔎 bulb 💡 flashlight 🔦 electric_plug 🔌 battery 🔋 bridge_at_night 🌉 globe_with_meridians 🌐 earth_africa 🌍 world_map 🗺️
money_with_wings 💸 moneybag 💰 credit_card 💳 shopping_trolley 🛒 shopping_cart 🛒 convenience_store 🏪 office 🏢 house 🏠 factory 🏭 truck 🚚
coffee ☕ tea 🍵 pizza 🍕 cake 🍰 birthday 🎂 beer 🍺 beers 🍻 popcorn 🍿 apple 🍎 hot_pepper 🌶️ seedling 🌱 herb 🌿 evergreen_tree 🌲 sunflower 🌻 rose 🌹
sunny ☀️ partly_sunny ⛅ cloud ☁️ rain_cloud 🌧️ thunder_cloud_and_rain ⛈️ snowflake ❄️ umbrella ☔ rainbow 🌈 ocean 🌊 volcano 🌋 crescent_moon 🌙 full_moon 🌕
dog 🐶 cat 🐱 unicorn_face 🦄 penguin 🐧 turtle 🐢 snail 🐌 elephant 🐘 whale 🐳 octopus 🐙 owl 🦉 parrot 🦜 sloth 🦥
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 zero 0️⃣ hash #️⃣ new 🆕 ok 🆗 up 🆙 free 🆓 vs 🆚 checkered_flag 🏁 triangular_flag_on_post 🚩 white_flag 🏳️ crystal_ball 🔮 thread 🧵 receipt 🧾 dash 💨 droplet 💧 zzz 💤 ticket 🎫 handbag 👜 briefcase 💼 busts_in_silhouette 👥 bust_in_silhouette 👤 speaking_head_in_silhouette 🗣️ footprints 👣 repeat 🔁 twisted_rightwards_arrows 🔀 end 🔚 soon 🔜 infinity ♾️`;

const words = TABLE.trim().split(/\s+/);
const known = new Map(words.flatMap((word, index) => (index % 2 ? [] : [[word, words[index + 1]]])));

/** The character for `:name:` (a skin tone is left out), or nothing when there is no such emoji. */
export function emojiFor(name) {
  const [plain] = name.split("::");
  return session.emoji?.[plain] ?? known.get(plain);
}

/** Emoji whose name has `word` in it, those that begin with it first: `[[name, character], …]`. */
export function findEmoji(word) {
  const all = new Map([...known, ...Object.entries(session.emoji ?? {})]);
  const found = [...all].filter(([name]) => name.includes(word));
  return found.sort(([one], [other]) => other.startsWith(word) - one.startsWith(word));
}

/** The emoji offered first: those an incident channel lives on. */
export const FAVOURITES = ["eyes", "white_check_mark", "pushpin", "hammer_and_wrench", "+1", "tada", "rotating_light", "fire", "heart", "raised_hands", "thinking_face", "memo"];
