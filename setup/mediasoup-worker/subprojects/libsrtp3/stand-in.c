int tongke_system_libsrtp;
