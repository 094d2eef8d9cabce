int tongke_system_libuv;
