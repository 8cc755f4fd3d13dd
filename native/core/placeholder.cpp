namespace calibrt {}
