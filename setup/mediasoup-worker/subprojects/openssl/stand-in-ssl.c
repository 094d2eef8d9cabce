int tongke_system_libssl;
