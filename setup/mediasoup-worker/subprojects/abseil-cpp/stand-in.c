int tongke_system_abseil;
